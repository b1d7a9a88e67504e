"""The small library that the notebooks share: tables, maps, charts, activities, checks."""
