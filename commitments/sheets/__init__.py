"""The ledger as the workbook (.xlsx) an office keeps: written for people, and read back."""
