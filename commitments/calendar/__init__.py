"""Dates: deadlines and how an item stands on a day, working days, dates as people write them."""
