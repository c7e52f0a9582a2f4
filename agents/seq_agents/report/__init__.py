"""Reports about folders of results: tables, charts, pages and text. This package trains nothing."""
