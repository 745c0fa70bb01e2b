const TABLE: &str = "
";
