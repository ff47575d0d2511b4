"""Ledger files in and out: TOML, CSV, JSON, and the workbook an office keeps."""
