search-title = Search
search-what = Code, title or text
search-go = Search
search-count = { $count ->
    [one] 1 result
   *[other] { $count } results
}
search-more = There are more; type a few more letters.
search-none = Nothing found
search-none-hint = Try another word; parts of codes, two-character words and full-width characters are all found.
search-group-documents = Documents
search-group-records = Records
search-group-kpis = KPIs
search-group-people = People
