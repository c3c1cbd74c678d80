"""Events and venues: courses, pitches, fairs, and the shared rooms in which they are held.

An event is drafted, published, held; enterprises register for a place or wait for one, are let in at the door by a code,
and say afterwards what it was worth. Places are counted in the event's own row, which the database keeps within bounds, so
that two who press at once never get one place. A room is booked for a stretch of time that nobody else can have: the
database refuses the overlap. What happened is kept as evidence with each write.

| table        | one row is                                                          |
|--------------|---------------------------------------------------------------------|
| Venue        | a room of the innovation base: seats, equipment, opening, rules     |
| Booking      | a stretch of time in a room, asked for or given                     |
| Event        | one occasion, with its registration window, places, audience, money |
| Invitation   | an enterprise that was told of an event, once                       |
| Registration | somebody who has a place or waits for one, with a code nobody guesses |
| CheckIn      | what came from the door; a second one of the same person is a double |
| Opinion      | what somebody who was there thought of it                           |
| Coverage     | what the press wrote                                                |
| Material     | a file, or the address of a recording                               |
"""
