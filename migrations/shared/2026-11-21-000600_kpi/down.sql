DROP TABLE kpi_cells; DROP TABLE kpi_measures; DROP TABLE kpi_signals; DROP TABLE kpi_batches; DROP TABLE kpi_targets; DROP TABLE kpi_profiles; DROP TABLE kpi_definitions;
