"""Reading a reply letter into proposed commitments that a person confirms."""
