"""Reports about folders of results: tables, charts, pages and text. Nothing is trained here."""
