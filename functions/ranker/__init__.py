"""Two stages: what other models propose, put in order by a ranker that has learnt from what people then had."""
