package ask

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sallyport/internal/ask/lite"
	"sallyport/internal/errs"
)

// The bounds of a question.
const (
	DefaultLimit   = 1000 // rows
	MaxLimit       = 10_000
	DefaultTimeout = 20 * time.Second // with what is read for it first
	MaxTimeout     = 50 * time.Second
	DefaultSince   = 7 * 24 * time.Hour // how far back events and alerts go
	MaxEvents      = 100_000            // the newest, that a question is asked of
	maxAnswer      = 8 << 20            // bytes of values
	maxRows        = 3_000_000          // of one view
)

// Question is what is asked.
type Question struct {
	Org     string // the organization's id
	Tenant  string // id of the Okta org; empty is all that the organization has
	SQL     string
	Limit   int           // rows; 0 is DefaultLimit
	Timeout time.Duration // 0 is DefaultTimeout
	Since   time.Time     // of events and alerts; zero is DefaultSince ago
	// May says whether whoever asks may see an area; nil is all of them.
	May func(Area) bool
}

// Answer is what came of it.
type Answer struct {
	Columns   []AnswerColumn
	Rows      [][]any // nil, bool, int64, float64 and string
	Truncated bool    // there is more
	Took      time.Duration
	Notes     []string // what whoever reads it should know
	Views     []string // that it was read from
}

// AnswerColumn is a column of an answer.
type AnswerColumn struct {
	Name string
	Type Type // of what was computed, by its values; empty where they differ
}

// FaultError is a mistake in a question. It is of the kind [errs.Invalid].
type FaultError struct {
	Msg          string
	Offset       int // in bytes; -1 where it is not known
	Line, Column int // from 1, the column in characters; 0 where it is not known
}

func (f *FaultError) Error() string { return f.Msg }

// ErrBusy is that an organization asks too much at once.
var ErrBusy = errors.New("the organization asks too many questions at once; wait for one of them to end")

// fault makes a mistake of what is wrong at an offset of a text.
func fault(text string, offset int, msg string) error {
	f := &FaultError{Msg: msg, Offset: -1}
	if offset >= 0 && offset <= len(text) {
		before := text[:offset]
		f.Offset, f.Line = offset, 1+strings.Count(before, "\n")
		f.Column = 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	}
	return errs.Wrap(errs.Invalid, f, "%s", msg)
}

// Ask answers a question.
func (e *Engine) Ask(ctx context.Context, q Question) (Answer, error) {
	began := time.Now()
	if q.Limit = min(q.Limit, MaxLimit); q.Limit <= 0 {
		q.Limit = DefaultLimit
	}
	if q.Timeout = min(q.Timeout, MaxTimeout); q.Timeout <= 0 {
		q.Timeout = DefaultTimeout
	}
	if q.Since.IsZero() {
		q.Since = e.now().Add(-DefaultSince)
	}
	within, cancel := context.WithTimeout(ctx, q.Timeout)
	defer cancel()
	out, err := e.answer(within, q)
	if err != nil {
		return Answer{}, told(ctx, q, err)
	}
	out.Took = time.Since(began)
	return out, nil
}

// told returns an error as whoever asks is told of it.
func told(ctx context.Context, q Question, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return fault(q.SQL, -1, fmt.Sprintf("it took longer than %s and was stopped; ask for less, or for longer", q.Timeout))
	case lite.TooLarge(err):
		return fault(q.SQL, -1, "the question needs more room than a question may take: ask for less at once")
	case lite.NoFiles(err):
		return errs.Wrap(errs.Unavailable, err, "the server has no place for temporary files: set TMPDIR to a folder that it may write to")
	}
	return err
}

func (e *Engine) answer(ctx context.Context, q Question) (Answer, error) {
	done, err := e.turn(ctx, q.Org)
	if err != nil {
		return Answer{}, err
	}
	defer done()
	c, err := e.open(ctx, q)
	if err != nil {
		return Answer{}, err
	}
	defer e.leave(c)
	g := newGate(q)
	if err := compile(ctx, c.db, q.SQL, g); err != nil {
		return Answer{}, err
	}
	notes, err := c.fill(ctx, q, g)
	if err != nil {
		return Answer{}, err
	}
	out, err := run(ctx, c.db, q, g)
	out.Notes = notes
	return out, err
}

// compile compiles a question for what it reads, which the gate remembers.
func compile(ctx context.Context, db *lite.DB, text string, g *gate) error {
	asked, err := db.Ask(ctx, text, g)
	if err != nil {
		return explain(text, err)
	}
	asked.Close()
	return nil
}

func run(ctx context.Context, db *lite.DB, q Question, g *gate) (Answer, error) {
	asked, err := db.Ask(ctx, q.SQL, g)
	if err != nil {
		return Answer{}, explain(q.SQL, err)
	}
	defer asked.Close()
	out := Answer{Rows: [][]any{}, Views: g.views(), Columns: []AnswerColumn{}}
	for _, c := range asked.Columns() {
		out.Columns = append(out.Columns, AnswerColumn{c.Name, typeDeclared(c.Type)})
	}
	size := 0
	err = asked.Rows(ctx, func(row []any) bool {
		if size += sizeOf(row); len(out.Rows) == q.Limit || size > maxAnswer {
			out.Truncated = true
			return false
		}
		for i, v := range row {
			row[i] = shown(out.Columns[i].Type, v)
		}
		out.Rows = append(out.Rows, row)
		return true
	})
	if err != nil {
		return Answer{}, explain(q.SQL, err)
	}
	for i := range out.Columns {
		if out.Columns[i].Type == "" {
			out.Columns[i].Type = typeOf(out.Rows, i)
		}
	}
	return out, nil
}

func sizeOf(row []any) int {
	n := 16 * len(row)
	for _, v := range row {
		switch v := v.(type) {
		case string:
			n += len(v)
		case []byte:
			n += 2 * len(v)
		}
	}
	return n
}

// shown returns a value as an answer has it: what JSON can say.
func shown(t Type, v any) any {
	switch v := v.(type) {
	case int64:
		if t == Boolean && (v == 0 || v == 1) {
			return v == 1
		}
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return fmt.Sprint(v)
		}
	case string:
		return strings.ToValidUTF8(v, "\uFFFD")
	case []byte:
		return fmt.Sprintf("%x", v)
	}
	return v
}

// typeOf tells the type of a column by its values; empty where they differ.
func typeOf(rows [][]any, i int) Type {
	var out Type
	for _, r := range rows {
		var t Type
		switch r[i].(type) {
		case nil:
			continue
		case int64:
			t = Integer
		case float64:
			t = Real
		default:
			t = Text
		}
		switch {
		case out == "" || out == t:
			out = t
		case out == Text || t == Text:
			return ""
		default:
			out = Real
		}
	}
	return out
}

// gate says what a question may read, and remembers what it reads.
type gate struct {
	byName map[string]View
	may    func(Area) bool
	read   map[string][]string // columns by view
}

func newGate(q Question) *gate {
	g := &gate{byName: map[string]View{}, may: q.May, read: map[string][]string{}}
	for _, v := range Views() {
		g.byName[v.Name] = v
	}
	return g
}

// DeniedError is that whoever asks may not see what a view is about.
type DeniedError struct {
	View string
	Area Area
}

func (e *DeniedError) Error() string { return fmt.Sprintf("you may not see %s", e.View) }

// Read implements [lite.Gate].
func (g *gate) Read(table, column string) error {
	table = strings.ToLower(table)
	v, ok := g.byName[table]
	switch {
	case table == "json_each" || table == "json_tree":
		return nil
	case !ok:
		return fmt.Errorf("no such table: %s", table)
	case g.may != nil && !g.may(v.Area):
		return &DeniedError{v.Name, v.Area}
	}
	if v.sql == "" && !slices.Contains(g.read[table], column) {
		g.read[table] = append(g.read[table], column)
	}
	return nil
}

// views lists the views that rows were read of.
func (g *gate) views() []string {
	out := []string{}
	for _, v := range Views() {
		if _, ok := g.read[v.Name]; ok {
			out = append(out, v.Name)
		}
	}
	return out
}

// Call implements [lite.Gate].
func (g *gate) Call(function string) error {
	if slices.Contains(Functions(), strings.ToLower(function)) {
		return nil
	}
	return fmt.Errorf("no such function: %s", function)
}

// Functions lists the functions of SQLite that a question may call.
func Functions() []string {
	return strings.Fields(`
		abs char coalesce concat concat_ws format glob hex if ifnull iif instr length like likelihood likely lower ltrim max min nullif octet_length printf quote
		random replace round rtrim sign substr substring trim typeof unhex unicode unlikely upper
		date time datetime julianday unixepoch strftime timediff current_date current_time current_timestamp
		avg count group_concat string_agg sum total
		row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
		acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod pi pow power radians sin sinh sqrt tan tanh trunc
		json json_array json_array_length json_each json_error_position json_extract json_group_array json_group_object json_object json_patch json_pretty json_quote
		json_remove json_replace json_set json_tree json_type json_valid jsonb -> ->>`)
}
