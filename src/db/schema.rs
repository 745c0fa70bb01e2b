//! Every table, as the migrations make them.
#![expect(missing_docs, reason = "the columns are documented in the migrations")]

diesel::table! {
    events (seq) {
        seq -> BigInt,
        at -> Timestamp,
        actor_kind -> Text,
        actor_id -> Text,
        actor_name -> Text,
        action -> Text,
        object_kind -> Text,
        object_id -> Text,
        object_label -> Text,
        reason -> Nullable<Text>,
        leaf -> Text,
        leaf_hash -> Text,
    }
}

diesel::table! {
    ledger_head (id) {
        id -> BigInt,
        size -> BigInt,
        frontier -> Text,
        root -> Text,
        last_at -> Timestamp,
    }
}

diesel::table! {
    texts (hash) {
        hash -> Text,
        content -> Text,
    }
}

diesel::table! {
    evidence (hash) {
        hash -> Text,
        name -> Text,
        media_type -> Text,
        size -> BigInt,
        kept_at -> Timestamp,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        login -> Text,
        login_key -> Text,
        name -> Text,
        name_en -> Nullable<Text>,
        post -> Text,
        post_en -> Nullable<Text>,
        email -> Nullable<Text>,
        locale -> Text,
        active -> Bool,
        created_at -> Timestamp,
        row_version -> BigInt,
    }
}

diesel::table! {
    grants (id) {
        id -> Text,
        user_id -> Text,
        role -> Text,
        centre_id -> Nullable<Text>,
        starts_on -> Date,
        ends_on -> Nullable<Date>,
        row_version -> BigInt,
    }
}

diesel::table! {
    tokens (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        scopes -> Text,
        created_at -> Timestamp,
        expires_on -> Date,
        revoked_at -> Nullable<Timestamp>,
        row_version -> BigInt,
    }
}

diesel::table! {
    credentials (user_id) {
        user_id -> Text,
        password_hash -> Text,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    token_secrets (token_id) {
        token_id -> Text,
        secret_hash -> Text,
        last_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        network -> Text,
        agent -> Text,
    }
}

diesel::table! {
    attempts (key) {
        key -> Text,
        window_start -> Timestamp,
        count -> BigInt,
    }
}

diesel::table! {
    organisation (id) {
        id -> Text,
        code -> Text,
        name -> Text,
        name_en -> Nullable<Text>,
        zone -> Text,
        demo -> Bool,
        created_at -> Timestamp,
        row_version -> BigInt,
    }
}

diesel::table! {
    units (id) {
        id -> Text,
        code -> Text,
        name -> Text,
        name_en -> Nullable<Text>,
        row_version -> BigInt,
    }
}

diesel::table! {
    centres (id) {
        id -> Text,
        code -> Text,
        name -> Text,
        name_en -> Nullable<Text>,
        unit_id -> Nullable<Text>,
        zone -> Text,
        centre_type -> Text,
        active -> Bool,
        row_version -> BigInt,
    }
}

diesel::table! {
    schemes (id) {
        id -> Text,
        purpose -> Text,
        tier -> BigInt,
        pattern -> Text,
        row_version -> BigInt,
    }
}

diesel::table! {
    counters (key) {
        key -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    settings (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    documents (id) {
        id -> Text,
        code -> Text,
        code_key -> Text,
        tier -> BigInt,
        owner -> Text,
        effective_version_id -> Nullable<Text>,
        created_at -> Timestamp,
        created_by -> Text,
        row_version -> BigInt,
    }
}

diesel::table! {
    document_versions (id) {
        id -> Text,
        document_id -> Text,
        ordinal -> BigInt,
        label -> Text,
        state -> Text,
        title_zh -> Nullable<Text>,
        title_en -> Nullable<Text>,
        text_zh -> Nullable<Text>,
        text_en -> Nullable<Text>,
        parents -> Text,
        extra -> Text,
        reason -> Nullable<Text>,
        content_hash -> Nullable<Text>,
        origin -> Text,
        author_id -> Text,
        author_name -> Text,
        round -> BigInt,
        submitted_by -> Nullable<Text>,
        submitted_at -> Nullable<Timestamp>,
        approved_at -> Nullable<Timestamp>,
        planned_on -> Nullable<Date>,
        effective_on -> Nullable<Date>,
        ended_on -> Nullable<Date>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        row_version -> BigInt,
    }
}

diesel::table! {
    document_reviews (id) {
        id -> Text,
        version_id -> Text,
        round -> BigInt,
        duty -> Text,
        user_id -> Text,
        user_name -> Text,
        user_post -> Text,
        requested_by -> Text,
        requested_at -> Timestamp,
        due_on -> Nullable<Date>,
        decision -> Nullable<Text>,
        comment -> Nullable<Text>,
        content_hash -> Text,
        decided_at -> Nullable<Timestamp>,
        row_version -> BigInt,
    }
}

diesel::table! {
    document_files (id) {
        id -> Text,
        document_id -> Text,
        path -> Text,
        hash -> Text,
        row_version -> BigInt,
    }
}

diesel::table! {
    renditions (key) {
        key -> Text,
        html -> Text,
        toc -> Text,
    }
}

diesel::table! {
    links (id) {
        id -> Text,
        from_kind -> Text,
        from_id -> Text,
        relation -> Text,
        to_kind -> Text,
        to_id -> Text,
        to_key -> Text,
    }
}

diesel::table! {
    autosaves (user_id, version_id, lang) {
        user_id -> Text,
        version_id -> Text,
        lang -> Text,
        content -> Text,
        base_version -> BigInt,
        saved_at -> Timestamp,
    }
}

diesel::table! {
    records (id) {
        id -> Text,
        form_id -> Text,
        form_version_id -> Text,
        number -> Nullable<Text>,
        state -> Text,
        centre_id -> Nullable<Text>,
        content -> Text,
        author_id -> Text,
        author_name -> Text,
        created_at -> Timestamp,
        submitted_at -> Nullable<Timestamp>,
        content_hash -> Nullable<Text>,
        row_version -> BigInt,
    }
}

diesel::table! {
    kpi_definitions (id) {
        id -> Text,
        code -> Text,
        version -> BigInt,
        family -> Text,
        name -> Text,
        name_en -> Text,
        unit -> Text,
        direction -> Text,
        body -> Text,
        in_force -> Bool,
        row_version -> BigInt,
    }
}

diesel::table! {
    kpi_profiles (id) {
        id -> Text,
        centre_type -> Text,
        version -> BigInt,
        body -> Text,
        in_force -> Bool,
        row_version -> BigInt,
    }
}

diesel::table! {
    kpi_targets (id) {
        id -> Text,
        code -> Text,
        centre_id -> Text,
        starts_on -> Date,
        body -> Text,
        row_version -> BigInt,
    }
}

diesel::table! {
    kpi_applicability (id) {
        id -> Text,
        centre_id -> Text,
        code -> Text,
        starts_on -> Date,
        applies -> Bool,
        reason -> Text,
        row_version -> BigInt,
    }
}

diesel::table! {
    kpi_batches (id) {
        id -> Text,
        number -> BigInt,
        source -> Text,
        file_name -> Text,
        evidence_hash -> Text,
        mapping_hash -> Text,
        default_centre -> Nullable<Text>,
        first_day -> Date,
        last_day -> Date,
        rows_read -> BigInt,
        rows_ignored -> BigInt,
        cells -> BigInt,
        measures_hash -> Text,
        state -> Text,
        replaced_by -> Nullable<Text>,
        imported_by -> Text,
        imported_at -> Timestamp,
        row_version -> BigInt,
        original_hash -> Nullable<Text>,
        rows_refused -> Nullable<BigInt>,
        as_of -> Nullable<Date>,
        supplements -> Nullable<BigInt>,
    }
}

diesel::table! {
    kpi_staged (id) {
        id -> Text,
        owner -> Text,
        file_name -> Text,
        sha256 -> Text,
        size -> BigInt,
        kind -> Text,
        centre -> Nullable<Text>,
        sheet -> Nullable<Text>,
        header_row -> BigInt,
        seen -> Text,
        mapping -> Nullable<Text>,
        as_of -> Nullable<Date>,
        supplements -> Nullable<BigInt>,
        batch -> Nullable<BigInt>,
        made_at -> Timestamp,
    }
}

diesel::table! {
    kpi_mappings (id) {
        id -> Text,
        source -> Text,
        kind -> Text,
        header_hash -> Text,
        width -> BigInt,
        mapping_hash -> Text,
        used_by -> Text,
        used_at -> Timestamp,
        row_version -> BigInt,
    }
}

diesel::table! {
    kpi_locks (id) {
        id -> Text,
        centre_id -> Text,
        month -> Text,
        locked -> Bool,
        reason -> Text,
        changed_by -> Text,
        changed_at -> Timestamp,
        row_version -> BigInt,
    }
}

diesel::table! {
    kpi_signals (id) {
        id -> Text,
        code -> Text,
        centre_id -> Text,
        period -> Text,
        rule -> Text,
        detail -> Text,
        state -> Text,
        raised_at -> Timestamp,
        due_on -> Date,
        explanation -> Nullable<Text>,
        explained_by -> Nullable<Text>,
        explained_at -> Nullable<Timestamp>,
        cycle_id -> Nullable<Text>,
        row_version -> BigInt,
    }
}

diesel::table! {
    kpi_unjudged (id) {
        id -> Text,
        batch_id -> Text,
        centre_id -> Text,
        first_day -> Date,
        last_day -> Date,
        again -> Bool,
    }
}

diesel::table! {
    kpi_judged (centre_id) {
        centre_id -> Text,
        month -> Text,
    }
}

diesel::table! {
    kpi_phases (id) {
        id -> Text,
        code -> Text,
        centre_id -> Text,
        grain -> Text,
        starts_on -> Date,
        baseline_from -> Date,
        baseline_to -> Date,
        chart -> Text,
        parameters -> Text,
        reason -> Text,
        frozen_by -> Text,
        frozen_at -> Timestamp,
        row_version -> BigInt,
        definition_version -> Nullable<BigInt>,
    }
}

diesel::table! {
    kpi_scorecards (id) {
        id -> Text,
        centre_id -> Text,
        period -> Text,
        edition -> BigInt,
        card_hash -> Text,
        total -> Nullable<Double>,
        coverage -> Double,
        complete -> Bool,
        reason -> Nullable<Text>,
        published_by -> Text,
        published_at -> Timestamp,
        row_version -> BigInt,
    }
}

diesel::table! {
    kpi_measures (batch_id, centre_id, day, channel) {
        batch_id -> Text,
        source -> Text,
        centre_id -> Text,
        day -> Date,
        channel -> Text,
        offered -> BigInt,
        answered -> BigInt,
        abandoned -> BigInt,
        abandoned_early -> BigInt,
        handled -> BigInt,
        talk_s -> BigInt,
        hold_s -> BigInt,
        wrap_s -> BigInt,
        handle_sq -> Text,
        wait_answered -> Text,
        wait_abandoned -> Text,
        extra -> Text,
    }
}

diesel::table! {
    kpi_cells (source, centre_id, day, part) {
        source -> Text,
        centre_id -> Text,
        day -> Date,
        batch_id -> Text,
        part -> BigInt,
    }
}

diesel::table! {
    kpi_months (centre_id, month, channel) {
        centre_id -> Text,
        month -> Date,
        channel -> Text,
        totals -> Binary,
    }
}

diesel::table! {
    board_reviews (id) {
        id -> Text,
        period -> Text,
        title -> Text,
        board_hash -> Text,
        frozen_by -> Text,
        frozen_at -> Timestamp,
        held_on -> Date,
        row_version -> BigInt,
    }
}

diesel::table! {
    board_notes (id) {
        id -> Text,
        review_id -> Text,
        ordinal -> BigInt,
        kind -> Text,
        text -> Text,
        written_by -> Text,
        written_at -> Timestamp,
        cycle -> Nullable<Text>,
        action_id -> Nullable<Text>,
        row_version -> BigInt,
    }
}

diesel::table! {
    cycles (id) {
        id -> Text,
        number -> Text,
        title -> Text,
        problem -> Text,
        cause -> Text,
        centre_id -> Text,
        kpi_code -> Text,
        baseline_from -> Date,
        baseline_to -> Date,
        baseline -> Text,
        goal -> Double,
        due_on -> Date,
        phase -> Text,
        acted_on -> Nullable<Date>,
        check_from -> Nullable<Date>,
        check_to -> Nullable<Date>,
        check_result -> Nullable<Text>,
        conclusion -> Nullable<Text>,
        act_kind -> Nullable<Text>,
        act_document -> Nullable<Text>,
        owner_id -> Text,
        owner_name -> Text,
        opened_at -> Timestamp,
        do_at -> Nullable<Timestamp>,
        check_at -> Nullable<Timestamp>,
        act_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
        row_version -> BigInt,
    }
}

diesel::table! {
    cycle_tests (id) {
        id -> Text,
        cycle_id -> Text,
        direction -> Text,
        worth -> Double,
        check_days -> Nullable<BigInt>,
        kind -> Text,
        fixed_at -> Nullable<Timestamp>,
        judgement -> Nullable<Text>,
        judged_at -> Nullable<Timestamp>,
        row_version -> BigInt,
    }
}

diesel::table! {
    cycle_actions (id) {
        id -> Text,
        cycle_id -> Text,
        ordinal -> BigInt,
        title -> Text,
        owner_id -> Text,
        owner_name -> Text,
        due_on -> Date,
        state -> Text,
        done_on -> Nullable<Date>,
        note -> Nullable<Text>,
        row_version -> BigInt,
    }
}

diesel::table! {
    search_entries (id) {
        id -> BigInt,
        kind -> Text,
        object_id -> Text,
        scope -> Text,
        code -> Text,
        code_key -> Text,
        title -> Text,
        text_zh -> Nullable<Text>,
        text_en -> Nullable<Text>,
        seen_by -> Text,
    }
}

diesel::table! {
    sent_once (sender, sent_key) {
        sender -> Text,
        sent_key -> Text,
        fingerprint -> Text,
        answer -> Nullable<Text>,
        made_at -> Timestamp,
    }
}

diesel::joinable!(grants -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(tokens -> users (user_id));
diesel::joinable!(document_versions -> documents (document_id));
diesel::joinable!(document_reviews -> document_versions (version_id));
diesel::joinable!(records -> documents (form_id));
diesel::joinable!(cycle_actions -> cycles (cycle_id));

diesel::allow_tables_to_appear_in_same_query!(
    events,
    ledger_head,
    texts,
    evidence,
    users,
    grants,
    tokens,
    credentials,
    token_secrets,
    sessions,
    attempts,
    organisation,
    units,
    centres,
    schemes,
    counters,
    settings,
    documents,
    document_versions,
    document_reviews,
    document_files,
    renditions,
    links,
    autosaves,
    records,
    kpi_definitions,
    kpi_profiles,
    kpi_phases,
    kpi_scorecards,
    kpi_targets,
    kpi_applicability,
    kpi_batches,
    kpi_signals,
    kpi_measures,
    kpi_months,
    kpi_cells,
    board_reviews,
    board_notes,
    cycles,
    cycle_tests,
    cycle_actions,
    search_entries,
    sent_once,
);
