"""The only writes of the case loop: `submit` begins a case, `take` takes one step of it, the clock's actions do what time sets off."""
