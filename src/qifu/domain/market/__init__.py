"""Supply and demand, agencies, talent, finance."""
