//! Links: who refers to whom, as kind and id pairs; the traceability matrix.
