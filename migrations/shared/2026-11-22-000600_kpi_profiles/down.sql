DROP TABLE kpi_applicability;
