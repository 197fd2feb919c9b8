package api

import (
	"context"
	"errors"
	"time"

	"sallyport/internal/ask"
	"sallyport/internal/portal"
)

var (
	_ = add("POST /api/v1/sql", portal.InventoryRead, doc{
		Summary: "Ask about the organization's Okta orgs in SQL",
		Help:    "One statement of SQLite's SQL that reads, over the views that GET /api/v1/sql/schema lists. Views of alerts and events want their permissions, too. What is wrong with it is told with its place.",
	}, askSQL)
	_ = add("GET /api/v1/sql/schema", portal.InventoryRead, doc{Summary: "What can be asked of in SQL: the views that the caller may see, with their columns"}, getSQLSchema)
)

// TextPlace is a place in a text.
type TextPlace struct {
	Offset int `json:"offset" doc:"in bytes"`
	Line   int `json:"line" doc:"from 1"`
	Column int `json:"column" doc:"in characters, from 1"`
}

// SQLAnswer is what came of a question.
type SQLAnswer struct {
	Columns   []SQLColumn `json:"columns"`
	Rows      [][]any     `json:"rows" doc:"a list of values for each row, in the order of the columns"`
	Truncated bool        `json:"truncated" doc:"there is more: more rows than limit, or than an answer may hold"`
	TookMS    int64       `json:"tookMs" doc:"milliseconds, with what was read for it"`
	Notes     []string    `json:"notes" doc:"what whoever reads it should know"`
	Views     []string    `json:"views" doc:"that it was read from"`
}

// SQLColumn is a column of an answer.
type SQLColumn struct {
	Name string `json:"name"`
	Type string `json:"type" doc:"text, integer, real, boolean, time or json; empty where the values are of several types, or there are none"`
}

type askSQLIn struct {
	SQL            string    `json:"sql" min:"1" max:"20000"`
	Tenant         string    `json:"tenant,omitempty" max:"64" doc:"id of an Okta org; all of the organization where nothing is said"`
	Limit          int       `json:"limit,omitempty" min:"0" max:"10000" doc:"rows; 1000 where nothing is said"`
	TimeoutSeconds int       `json:"timeoutSeconds,omitempty" min:"0" max:"50" doc:"20 where nothing is said"`
	Since          time.Time `json:"since,omitzero" doc:"how far back events and alerts are asked of; seven days where nothing is said"`
}

func askSQL(ctx context.Context, d Deps, c portal.Caller, in askSQLIn) (SQLAnswer, error) {
	a, err := d.Ask.Ask(ctx, ask.Question{
		Org: c.Org.ID, Tenant: in.Tenant, SQL: in.SQL, Limit: in.Limit, Timeout: time.Duration(in.TimeoutSeconds) * time.Second, Since: in.Since, May: mayAsk(c),
	})
	if errors.Is(err, ask.ErrBusy) {
		return SQLAnswer{}, &portal.LimitError{RetryAfter: 2 * time.Second}
	}
	if err != nil {
		return SQLAnswer{}, err
	}
	return SQLAnswer{
		Columns: each(a.Columns, func(c ask.AnswerColumn) SQLColumn { return SQLColumn{c.Name, string(c.Type)} }),
		Rows:    a.Rows, Truncated: a.Truncated, TookMS: a.Took.Milliseconds(), Notes: a.Notes, Views: a.Views,
	}, nil
}

// mayAsk says which areas a caller may see.
func mayAsk(c portal.Caller) func(ask.Area) bool {
	return func(a ask.Area) bool {
		switch a {
		case ask.OfInventory:
			return c.Can(portal.InventoryRead)
		case ask.OfAlerts:
			return c.Can(portal.AlertsRead)
		case ask.OfEvents:
			return c.Can(portal.EventsRead)
		}
		return false
	}
}

// SQLSchema is what can be asked of.
type SQLSchema struct {
	Views     []SQLView `json:"views"`
	Functions []string  `json:"functions" doc:"of SQLite, that may be called"`
}

// SQLView is what can be asked of as a table.
type SQLView struct {
	Name    string          `json:"name"`
	Doc     string          `json:"doc"`
	Columns []SQLViewColumn `json:"columns"`
}

// SQLViewColumn is a column of a view.
type SQLViewColumn struct {
	Name string   `json:"name"`
	Type ask.Type `json:"type"`
	Doc  string   `json:"doc"`
}

func getSQLSchema(_ context.Context, _ Deps, c portal.Caller, _ none) (SQLSchema, error) {
	out := SQLSchema{Views: []SQLView{}, Functions: ask.Functions()}
	may := mayAsk(c)
	for _, v := range ask.Views() {
		if may(v.Area) {
			out.Views = append(out.Views, SQLView{v.Name, v.Doc, each(v.Columns, func(c ask.Column) SQLViewColumn { return SQLViewColumn{c.Name, c.Type, c.Doc} })})
		}
	}
	return out, nil
}
