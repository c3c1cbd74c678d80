"""What specialists carry in the pocket: the day's route, a form that works without a network, and what hands it in later."""
