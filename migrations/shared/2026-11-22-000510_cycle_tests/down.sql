DROP TABLE cycle_tests;
