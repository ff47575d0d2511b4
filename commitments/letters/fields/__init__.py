"""What is known of a pledge: owners, deadline, strength, condition, targets."""
