DROP TABLE kpi_scorecards;
