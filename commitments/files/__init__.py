"""Files of any making: read in bounds, decoded, kept so that they outlive a power cut."""
