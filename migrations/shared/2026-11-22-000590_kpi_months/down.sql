DROP TABLE kpi_months;
