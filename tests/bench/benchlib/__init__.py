"""What script/bench is made of: machine, children, candidates, load, experiments, report, plot."""
