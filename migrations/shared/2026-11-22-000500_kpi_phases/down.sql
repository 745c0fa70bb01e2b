DROP TABLE kpi_phases;
