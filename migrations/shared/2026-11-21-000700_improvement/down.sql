DROP TABLE cycle_actions; DROP TABLE cycles;
