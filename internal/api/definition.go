package api

import (
	"slices"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/flow"
	"sallyport/internal/posture"
	"sallyport/internal/value"
)

// Definition is what a flow is made of, for the picture of it.
type Definition struct {
	Slug           string      `json:"slug" doc:"the name by which other flows of the folder call it"`
	Title          string      `json:"title"`
	Description    string      `json:"description"`
	SaveData       bool        `json:"saveData"`
	Priority       string      `json:"priority" enum:"containment,normal,bulk"`
	TimeoutSeconds int         `json:"timeoutSeconds" doc:"of a run, waits included"`
	Trigger        Trigger     `json:"trigger"`
	Connections    []Slot      `json:"connections"`
	Tables         []TableSlot `json:"tables"`
	Options        []Option    `json:"options"`
	Cards          []Card      `json:"cards"`
}

// Trigger is what starts a flow.
type Trigger struct {
	Kind   flow.TriggerKind `json:"kind"`
	Events []string         `json:"events,omitempty" doc:"event types"`
	Where  string           `json:"where,omitempty" doc:"CEL over event; or alert, entity and event; or finding, check and tenant: only these"`
	Inputs []Port           `json:"inputs,omitempty" doc:"what it wants to be given"`
	Cron   string           `json:"cron,omitempty" doc:"of a schedule"`
	Zone   string           `json:"zone,omitempty" doc:"of a schedule: the time zone, UTC where none is given"`
	Missed flow.Missed      `json:"missed,omitempty" doc:"of a schedule: what becomes of times that passed while the server was not there: nothing, or one run for all"`
	Starts time.Time        `json:"starts,omitzero" doc:"of a schedule: not before"`
	Ends   time.Time        `json:"ends,omitzero" doc:"of a schedule: not after"`
	Access flow.Access      `json:"access,omitempty" doc:"of an api trigger: who may call it"`
	Table  string           `json:"table,omitempty" doc:"of a row trigger: the table slot"`
	Rows   []flow.RowHas    `json:"rows,omitempty" doc:"of a row trigger: the changes"`
	Alert  *AlertTrigger    `json:"alert,omitempty" doc:"of an alert trigger: which alerts"`

	Finding *FindingTrigger `json:"finding,omitempty" doc:"of a finding trigger: which findings"`
}

// FindingTrigger says which findings of posture start a flow. An empty list is no
// condition.
type FindingTrigger struct {
	Checks     []string          `json:"checks" doc:"ids"`
	Categories []string          `json:"categories" doc:"of checks"`
	Severity   posture.Severity  `json:"severity,omitempty" doc:"or a graver one"`
	Profiles   []posture.Profile `json:"profiles"`
	Kinds      []string          `json:"kinds" doc:"of the objects that findings are about"`
	Tenants    []string          `json:"tenants" doc:"ids, domains or names of Okta orgs"`
	On         []posture.Turn    `json:"on"`
	Most       int               `json:"most" doc:"how many runs one judgement may start"`
}

// AlertTrigger says which alerts start a flow. An empty list is no condition.
type AlertTrigger struct {
	Rules    []string        `json:"rules" doc:"ids or names"`
	Types    []string        `json:"types" doc:"ids of alert types"`
	Severity Severity        `json:"severity" doc:"or a higher one"`
	Entities []string        `json:"entities" doc:"kinds of whom the alert is about"`
	Tags     []string        `json:"tags" doc:"one of them"`
	On       []flow.AlertHas `json:"on"`
}

// Port is a named value with a type.
type Port struct {
	Name     string     `json:"name"`
	Title    string     `json:"title"`
	Help     string     `json:"help,omitempty"`
	Type     value.Kind `json:"type"`
	Required bool       `json:"required"`
	Secret   bool       `json:"secret,omitempty" doc:"of an option: it can be written, and never read"`
	Default  any        `json:"default,omitempty"`
	Choices  []string   `json:"choices,omitempty"`
}

// Slot is a connection that a flow wants, and the one that is chosen for it.
type Slot struct {
	Name       string   `json:"name"`
	Title      string   `json:"title"`
	Connectors []string `json:"connectors" doc:"ids of the connectors that fit"`
	Bound      *Ref     `json:"bound,omitempty" doc:"the connection that is chosen"`
}

// TableSlot is a table that a flow wants, and the one that is chosen for it.
type TableSlot struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Columns []Port `json:"columns"`
	Bound   *Ref   `json:"bound,omitempty" doc:"the table that is chosen"`
}

// Option is a value that is chosen where the flow is installed.
type Option struct {
	Port

	Value any  `json:"value,omitempty" doc:"what is chosen, or else the default; of a secret nothing"`
	Set   bool `json:"set,omitempty" doc:"of a secret: it has a value"`
}

// Card is one step of a flow.
type Card struct {
	ID             string           `json:"id"`
	Title          string           `json:"title"`
	Note           string           `json:"note,omitempty"`
	Kind           flow.CardKind    `json:"kind"`
	Line           int              `json:"line" doc:"in the YAML, from 1"`
	Use            string           `json:"use,omitempty" doc:"as it is written: text.compose, okta.suspend_user, table.create_row"`
	Name           string           `json:"name,omitempty" doc:"what is used, in words"`
	Slot           string           `json:"slot,omitempty" doc:"of the connection or table"`
	Connector      string           `json:"connector,omitempty" doc:"id of the connector of an action"`
	ConnectorTitle string           `json:"connectorTitle,omitempty"`
	Effect         connector.Effect `json:"effect,omitempty" doc:"of an action"`
	Inputs         []Input          `json:"inputs,omitempty"`
	If             *Condition       `json:"if,omitempty"`
	Then           []Card           `json:"then,omitempty"`
	Else           []Card           `json:"else,omitempty"`
	Gives          []Given          `json:"gives,omitempty" doc:"values that an if gives, by the side that ran"`
	Cases          []Case           `json:"cases,omitempty" doc:"of a branch: the first that holds runs, else the cards under else"`
	Catch          []Card           `json:"catch,omitempty"`
	Loop           *Loop            `json:"loop,omitempty" doc:"of each, map, filter, reduce and repeat, and of an action that streams"`
	Async          bool             `json:"async,omitempty" doc:"of a call: the flow runs by itself"`
	Status         *Expression      `json:"status,omitempty" doc:"of fail: the error's status code"`
	Details        []Input          `json:"details,omitempty" doc:"of fail: more fields of the error"`
	Reply          *Reply           `json:"reply,omitempty" doc:"of respond and answer"`
	Wait           *Wait            `json:"wait,omitempty"`
	Calls          *Ref             `json:"calls,omitempty" doc:"the helper flow; its id is empty where there is no such flow"`
	Reason         *Expression      `json:"reason,omitempty" doc:"of stop and fail"`
	OnError        flow.ErrorWay    `json:"onError,omitempty"`
	ErrorFlow      *Ref             `json:"errorFlow,omitempty" doc:"the flow that is told, where onError is call"`
	ErrorReturn    []Input          `json:"errorReturn,omitempty" doc:"what the flow gives, where onError is return"`
	OnRefused      flow.ErrorWay    `json:"onRefused,omitempty" doc:"of an action"`
	RetrySeconds   int              `json:"retrySeconds,omitzero" doc:"how long an action that fails for now is tried again; the default where nothing is said"`
	TimeoutSeconds int              `json:"timeoutSeconds,omitzero"`
}

// Input is a card's input and where its value comes from.
type Input struct {
	Name     string     `json:"name"`
	Title    string     `json:"title"`
	Type     value.Kind `json:"type"`
	Required bool       `json:"required"`
	Value    Expression `json:"value"`
}

// Given is a value that an if gives, of one side or the other.
type Given struct {
	Name string     `json:"name"`
	Then Expression `json:"then"`
	Else Expression `json:"else"`
}

// Condition says whether: an expression, or a comparison of two values.
type Condition struct {
	CEL    string      `json:"cel,omitempty"`
	A      *Expression `json:"a,omitempty"`
	Is     string      `json:"is,omitempty" doc:"the comparison, as of the function boolean.compare"`
	B      *Expression `json:"b,omitempty"`
	Unless bool        `json:"unless,omitempty" doc:"it holds where that does not"`
}

// Case is one of the cases of a branch.
type Case struct {
	If    Condition `json:"if"`
	Title string    `json:"title,omitempty"`
	Cards []Card    `json:"cards"`
}

// Loop runs its body again and again.
type Loop struct {
	Over         *Expression `json:"over,omitempty" doc:"the list, or how often; nothing for a stream"`
	As           string      `json:"as" doc:"the item's name in the body"`
	Body         []Card      `json:"body"`
	IgnoreErrors bool        `json:"ignoreErrors"`
	Concurrency  int         `json:"concurrency,omitzero"`
	Gives        flow.Gives  `json:"gives,omitempty" doc:"what each round of a map adds to its list"`
	Memo         *Expression `json:"memo,omitempty" doc:"what a reduce begins with"`
	Limit        *Expression `json:"limit,omitempty" doc:"of a stream: records at most"`
}

// Reply is an HTTP answer.
type Reply struct {
	Status  Expression  `json:"status"`
	Headers *Expression `json:"headers,omitempty"`
	Body    *Expression `json:"body,omitempty"`
}

// Wait is for how long, or until when, a card waits.
type Wait struct {
	For   *Expression `json:"for,omitempty"`
	Unit  *Expression `json:"unit,omitempty"`
	Until *Expression `json:"until,omitempty"`
}

// Expression is where a value comes from.
type Expression struct {
	Kind       string      `json:"kind" enum:"literal,reference,template" doc:"a value as it stands, one reference, or a value with references in it"`
	Value      any         `json:"value" doc:"as it is written, references in double braces"`
	References []Reference `json:"references"`
}

// Reference is the way to a value.
type Reference struct {
	Text  string   `json:"text" doc:"as it is written between the braces"`
	From  string   `json:"from" enum:"event,trigger,input,request,row,before,options,run,context,steps,connections,index,memo,error,card,item"`
	Card  string   `json:"card,omitempty" doc:"id of the card whose output it is"`
	Title string   `json:"title,omitempty" doc:"of that card"`
	Path  []string `json:"path" doc:"the names after the first"`
}

// renderer shows a definition with what its flow is installed with.
type renderer struct {
	d         Deps
	org       string
	def       *flow.Definition
	bindings  flow.Bindings
	bound     bound
	helpers   map[string]flow.Flow // of the folder, by slug
	cardTitle map[string]string
}

// bound is what bindings lead to, by id.
type bound struct {
	connections map[string]connector.Connection
	tables      map[string]string
}

func (r *renderer) definition() *Definition {
	def := r.def
	r.cardTitle = map[string]string{}
	r.titles(def.Cards)
	out := &Definition{
		Slug: def.Slug, Title: def.Title, Description: def.Description, SaveData: def.SaveData, Priority: priorityWord(def.Priority),
		TimeoutSeconds: int(def.Timeout.Seconds()), Trigger: showTrigger(def.Trigger), Cards: r.cards(def.Cards),
	}
	for _, s := range def.Connections {
		slot := Slot{Name: s.Name, Title: s.Title, Connectors: s.Connectors}
		if id := r.bindings.Connections[s.Name]; id != "" {
			slot.Bound = &Ref{id, r.bound.connections[id].Name}
		}
		out.Connections = append(out.Connections, slot)
	}
	for _, s := range def.Tables {
		out.Tables = append(out.Tables, TableSlot{s.Name, s.Title, showPorts(s.Columns), refIf(r.bound.tables, r.bindings.Tables[s.Name])})
	}
	for _, o := range def.Options {
		v := o.Default
		if chosen, ok := r.bindings.Options.Get(o.Name); ok {
			v = chosen
		}
		out.Options = append(out.Options, Option{showPort(o), v, slices.Contains(r.bindings.Sealed, o.Name)})
	}
	return out
}

func priorityWord(p int) string {
	switch p {
	case flow.PriorityContainment:
		return "containment"
	case flow.PriorityBulk:
		return "bulk"
	}
	return "normal"
}

func showTrigger(t flow.Trigger) Trigger {
	out := Trigger{
		Kind: t.Kind, Events: t.Events, Inputs: showPorts(t.Inputs), Cron: t.Schedule.Cron, Zone: t.Schedule.Zone,
		Missed: t.Schedule.Missed, Starts: t.Schedule.Starts, Ends: t.Schedule.Ends, Access: t.Access, Table: t.Table, Rows: t.Rows,
	}
	if t.Kind == flow.OnAlert {
		a := t.Alert
		out.Alert = &AlertTrigger{orNone(a.Rules), orNone(a.Types), severityOf(a.Severity), orNone(a.Entities), orNone(a.Tags), a.On}
	}
	if t.Kind == flow.OnFinding {
		f := t.Finding
		out.Finding = &FindingTrigger{orNone(f.Checks), orNone(f.Categories), f.Severity, append([]posture.Profile{}, f.Profiles...), orNone(f.Kinds), orNone(f.Tenants), f.On, f.Most}
	}
	if t.Where != nil {
		out.Where = t.Where.Source()
	}
	return out
}

func showPort(p flow.Port) Port {
	return Port{p.Name, p.Title, p.Help, p.Type, p.Required, p.Secret, p.Default, p.Choices}
}

func showPorts(ps []flow.Port) []Port { return each(ps, showPort) }

func (r *renderer) titles(cards []*flow.Card) {
	flow.Walk(cards, func(c *flow.Card) { r.cardTitle[c.ID] = c.Title })
}

func (r *renderer) cards(cards []*flow.Card) []Card { return each(cards, r.card) }

func (r *renderer) card(c *flow.Card) Card {
	out := Card{
		ID: c.ID, Title: c.Title, Note: c.Note, Kind: c.Kind, Line: c.At.Line, Use: useOf(c), Slot: c.Slot, OnError: c.OnError.Way, Async: c.Async,
		RetrySeconds: int(c.Retry.For.Seconds()), TimeoutSeconds: int(c.Timeout.Seconds()), If: r.condition(c.If),
	}
	ports := r.uses(&out, c)
	out.Inputs = r.inputs(c.Inputs, ports)
	out.Then, out.Else, out.Catch = r.cards(c.Then), r.cards(c.Else), r.cards(c.Catch)
	for _, j := range c.Join {
		out.Gives = append(out.Gives, Given{j.Name, r.expression(j.Then), r.expression(j.Else)})
	}
	for _, k := range c.Cases {
		out.Cases = append(out.Cases, Case{*r.condition(k.If), k.Title, r.cards(k.Do)})
	}
	if c.OnError.Way == flow.HandOver {
		out.ErrorFlow = r.calls(c.OnError.Flow)
	}
	out.ErrorReturn = r.inputs(c.OnError.Return, nil)
	r.control(&out, c)
	return out
}

// control shows what only some kinds of cards have.
func (r *renderer) control(out *Card, c *flow.Card) {
	out.Loop = r.loop(c)
	if c.Reply != nil {
		out.Reply = &Reply{r.expression(c.Reply.Status), r.given(c.Reply.Headers), r.given(c.Reply.Body)}
	}
	if c.Wait != nil {
		out.Wait = &Wait{r.given(c.Wait.For), r.given(c.Wait.Unit), r.given(c.Wait.Until)}
	}
	switch c.Kind {
	case flow.CardFail:
		out.Status, out.Details = r.given(c.Status), r.inputs(c.Details, nil)
		out.Reason = r.some(c.Reason)
	case flow.CardStop:
		out.Reason = r.some(c.Reason)
	default:
	}
}

func (r *renderer) inputs(ins []flow.Input, ports map[string]Port) []Input {
	var out []Input
	for _, in := range ins {
		p, ok := ports[in.Name]
		if !ok {
			p = Port{Name: in.Name, Title: in.Name, Type: value.Any}
		}
		out = append(out, Input{in.Name, p.Title, p.Type, p.Required, r.expression(in.Value)})
	}
	return out
}

func (r *renderer) condition(c *flow.Condition) *Condition {
	switch {
	case c == nil:
		return nil
	case c.CEL != nil:
		return &Condition{CEL: c.CEL.Source(), Unless: c.Unless}
	}
	return &Condition{A: r.some(c.A), Is: c.Is, B: r.some(c.B), Unless: c.Unless}
}

// some is an expression that may be missing elsewhere.
func (r *renderer) some(t value.Template) *Expression {
	e := r.expression(t)
	return &e
}

// given is an expression, nil where none is written.
func (r *renderer) given(t value.Template) *Expression {
	if v, ok := t.Literal(); ok && v == nil {
		return nil
	}
	return r.some(t)
}

func (r *renderer) loop(c *flow.Card) *Loop {
	l := c.Loop
	if l == nil {
		return nil
	}
	return &Loop{
		Over: r.given(l.Over), As: l.As, Body: r.cards(l.Body), IgnoreErrors: l.IgnoreErrors, Concurrency: l.Concurrency, Gives: l.Gives,
		Memo: r.given(l.Memo), Limit: r.given(l.Limit),
	}
}

// calls refers to the helper flow of a name.
func (r *renderer) calls(slug string) *Ref {
	h := r.helpers[slug]
	return &Ref{h.ID, h.Title}
}

// uses says what a card uses, and returns the inputs that it has.
func (r *renderer) uses(out *Card, c *flow.Card) map[string]Port {
	ports := map[string]Port{}
	switch c.Kind {
	case flow.CardFunction:
		f, _ := r.d.Catalogue.Function(c.Use)
		out.Name = f.Title
		for _, p := range f.In {
			ports[p.Name] = Port{Name: p.Name, Title: p.Title, Type: p.Type, Required: p.Required}
		}
	case flow.CardAction:
		r.usesAction(out, c, ports)
	case flow.CardRemedy:
		out.Name = "Plan remediation"
	case flow.CardTable:
		out.Name = tableWord(flow.TableOp(c.Use))
		for _, s := range r.def.Tables {
			if s.Name == c.Slot {
				for _, col := range s.Columns {
					ports[col.Name] = showPort(col)
				}
			}
		}
	case flow.CardCall:
		out.Calls = r.calls(c.Flow)
		out.Name = r.helpers[c.Flow].Title
	default:
	}
	return ports
}

// useOf returns what a card uses, as it is written.
func useOf(c *flow.Card) string {
	switch c.Kind {
	case flow.CardAction, flow.CardRemedy:
		return c.Slot + "." + c.Use
	case flow.CardTable:
		return "table." + c.Use
	case flow.CardCall:
		return c.Flow
	default:
		return c.Use
	}
}

func tableWord(op flow.TableOp) string {
	return map[flow.TableOp]string{
		flow.CreateRow: "Create row", flow.ReadRow: "Read row", flow.UpdateRow: "Update row", flow.DeleteRow: "Delete row",
		flow.SearchRows: "Search rows", flow.ClearTable: "Clear table",
	}[op]
}

// usesAction looks at the connector of the connection that is chosen, or else at
// the first that fits.
func (r *renderer) usesAction(out *Card, c *flow.Card, ports map[string]Port) {
	out.OnRefused = c.OnRefused.Way
	for _, s := range r.def.Connections {
		if s.Name == c.Slot && len(s.Connectors) > 0 {
			out.Connector = s.Connectors[0]
		}
	}
	if chosen, ok := r.bound.connections[r.bindings.Connections[c.Slot]]; ok {
		out.Connector = chosen.Connector
	}
	if con, ok := r.d.Shelf.Of(r.org, out.Connector); ok {
		out.ConnectorTitle = con.Title
	}
	a, ok := r.d.Catalogue.For(r.org).Action(out.Connector, c.Use)
	if !ok {
		return
	}
	out.Name, out.Effect = a.Title, a.Effect
	for _, p := range a.Inputs {
		ports[p.Name] = Port{Name: p.Name, Title: p.Title, Help: p.Help, Type: p.Type, Required: p.Required, Default: p.Default}
	}
}

// expression says where the value of a template comes from.
func (r *renderer) expression(t value.Template) Expression {
	e := Expression{Kind: "template", Value: t.Source(), References: []Reference{}}
	if _, ok := t.Literal(); ok {
		e.Kind = "literal"
	}
	if _, ok := t.Ref(); ok {
		e.Kind = "reference"
	}
	for _, ref := range t.Refs() {
		e.References = append(e.References, r.reference(ref))
	}
	return e
}

func (r *renderer) reference(ref value.Ref) Reference {
	out := Reference{Text: ref.String(), Path: ref[1:]}
	switch ref[0] {
	case "event", "trigger", "input", "request", "row", "before", "options", "run", "context", "steps", "connections", "index", "memo", "error":
		out.From = ref[0]
	default:
		out.From = "item"
		if title, ok := r.cardTitle[ref[0]]; ok {
			out.From, out.Card, out.Title = "card", ref[0], title
		}
	}
	return out
}
