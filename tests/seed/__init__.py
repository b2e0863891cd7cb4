"""The founding document, case by case: a test is named by its number there."""
