package okta

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sallyport/sandbox/okta/filter"
	"sallyport/sandbox/okta/systemlog"
)

func logRoutes() []route {
	r := get("/api/v1/logs", areaLogs, listLogs)
	r.unlocked = true // the log has a lock of its own
	return []route{r}
}

// Limits of a query to the log.
const (
	maxKeywords   = 10
	maxKeywordLen = 40
	oldestSince   = 180 * 24 * time.Hour
	defaultSince  = 7 * 24 * time.Hour
)

// listLogs answers GET /api/v1/logs: without "until" and in ascending order
// it is polled, otherwise it is bounded.
func listLogs(c *call) (answer, error) {
	q, err := readLogQuery(c)
	if err != nil {
		return answer{}, err
	}
	p, err := c.events.Run(q)
	if errors.Is(err, systemlog.ErrCursor) {
		return answer{}, &apiError{status: http.StatusBadRequest, code: "E0000031", summary: "Invalid search criteria.", causes: []string{"Invalid cursor."}}
	}
	if err != nil {
		return answer{}, err
	}
	a := answer{status: http.StatusOK, body: p.Events, header: http.Header{}}
	if p.Events == nil {
		a.body = []*systemlog.Event{}
	}
	a.header.Add("Link", logLink(c, "", "self"))
	if p.Next != "" {
		a.header.Add("Link", logLink(c, p.Next, "next"))
	}
	return a, nil
}

// logLink makes a Link header. The next page of a polling query carries a
// cursor instead of since; that of a bounded one both.
func logLink(c *call, after, rel string) string {
	v := c.r.URL.Query()
	if after != "" {
		v.Set("after", after)
		if v.Get("until") == "" {
			v.Del("since")
		}
	}
	u := c.base + c.r.URL.Path
	if len(v) > 0 {
		u += "?" + v.Encode()
	}
	return "<" + u + ">; rel=\"" + rel + "\""
}

func readLogQuery(c *call) (systemlog.Query, error) {
	now := c.now()
	q := systemlog.Query{Since: now.Add(-defaultSince), Limit: 100, After: c.param("after")}
	var err error
	if q.Since, err = logTime(c, "since", q.Since); err != nil {
		return q, err
	}
	if now.Sub(q.Since) > oldestSince {
		return q, errFilter("The 'since' parameter is more than 180 days in the past.")
	}
	if q.Until, err = logTime(c, "until", time.Time{}); err != nil {
		return q, err
	}
	switch strings.ToUpper(c.param("sortOrder")) {
	case "", "ASCENDING":
	case "DESCENDING":
		q.Descending = true
	default:
		return q, invalidField("sortOrder", "The value must be ASCENDING or DESCENDING")
	}
	q.Polling = q.Until.IsZero() && !q.Descending
	if s := c.param("limit"); s != "" {
		if q.Limit, err = strconv.Atoi(s); err != nil || q.Limit < 0 || q.Limit > 1000 {
			return q, invalidField("limit", "The limit must be between 0 and 1000")
		}
	}
	if q.Keywords = strings.Fields(c.param("q")); len(q.Keywords) > maxKeywords {
		return q, invalidField("q", "At most 10 keywords may be given")
	}
	for _, k := range q.Keywords {
		if len([]rune(k)) > maxKeywordLen {
			return q, invalidField("q", "A keyword may have at most 40 characters")
		}
	}
	q.Filter, err = logFilter(c.param("filter"))
	return q, err
}

func logTime(c *call, name string, otherwise time.Time) (time.Time, error) {
	s := c.param(name)
	if s == "" {
		return otherwise, nil
	}
	t, err := filter.ParseTime(s)
	if err != nil {
		return t, invalidField(name, "The date format in your query is not recognized.")
	}
	return t, nil
}

// logFilter reads a filter and refuses what the log does not know.
func logFilter(s string) (filter.Expr, error) {
	if s == "" {
		return nil, nil
	}
	e, err := filter.Parse(s)
	if err != nil {
		return nil, errFilter("Invalid filter '" + s + "': " + err.Error())
	}
	var bad error
	filter.Walk(e, func(x filter.Comparison) {
		known, contains := systemlog.Fields(x.Attr)
		switch {
		case !known:
			bad = errFilter("The field '" + x.Attr + "' cannot be filtered on.")
		case x.Op == filter.Contains && !contains:
			bad = &apiError{
				status: http.StatusBadRequest, code: "E0000031", summary: "Invalid search criteria.",
				causes: []string{"The operator 'co' is not supported on '" + x.Attr + "'."},
			}
		}
	})
	return e, bad
}
