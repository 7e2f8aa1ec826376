"""The same training on Spark, for tables that outgrow one machine."""
