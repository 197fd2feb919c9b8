package migration

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"sallyport/internal/flopack"
	"sallyport/internal/value"
)

// fileChannel is the connector of Okta Workflows whose cards on a file itself are
// functions of ours.
const fileChannel = "filefunctions"

func sprintf(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// one translates a card; nil for one that does nothing in a flow of ours.
func (f *frame) one(c *flopack.Card, at string) *value.Object {
	if c.Is("control", "comment") {
		f.u.source(f, c, at, "")
		return value.Map("comment", c.Comment)
	}
	var o *value.Object
	if make, ok := kernelCards()[c.Address()]; ok && (c.Kernel || c.Module == "httpfunctions") {
		o = make(f, c, at)
	} else if fn, ok := f.u.t.functions[c.Address()]; ok && (c.Kernel || c.Module == fileChannel) {
		o = f.function(c, fn, at)
	} else if c.Module == tableChannel && !c.Kernel {
		o = f.table(c, at)
	} else {
		o = f.connectorCard(c, at)
	}
	f.errors(c, o)
	return o
}

// kernelCards are the cards that are kinds of cards in our language.
func kernelCards() map[string]func(*frame, *flopack.Card, string) *value.Object {
	return map[string]func(*frame, *flopack.Card, string) *value.Object{
		"control:branch": (*frame).branch, "control:tryCatch": (*frame).try,
		"control:continueIf": (*frame).continueIf, "control:throw": (*frame).fail, "control:throwIf": (*frame).fail,
		"control:return": (*frame).returns, "control:returnRaw": (*frame).respond, "httpfunctions:close": (*frame).answer,
		"control:wait": (*frame).wait, "control:until": (*frame).until,
		"control:spawn": (*frame).call, "control:run": (*frame).call,
		"list:each": (*frame).loop, "list:asyncEach": (*frame).loop, "list:map": (*frame).loop, "list:filter": (*frame).loop,
		"list:reduce": (*frame).loop, "object:map": (*frame).loop, "control:times": (*frame).loop,
	}
}

// titles are what those cards are called unless somebody calls them otherwise.
func titles() map[string]string {
	return map[string]string{
		"control:if": "If/Else", "control:branch": "If/ElseIf", "control:tryCatch": "If Error",
		"control:continueIf": "Continue If", "control:throw": "Return Error", "control:throwIf": "Return Error If",
		"control:return": "Return", "control:returnRaw": "Return Raw", "httpfunctions:close": "Close",
		"control:wait": "Wait For", "control:until": "Wait Delay Duration",
		"control:spawn": "Call Flow", "control:run": "Call Flow Async",
		"list:each": "For Each", "list:asyncEach": "For Each - Ignore Errors", "list:map": "Map", "list:filter": "Filter Custom",
		"list:reduce": "Reduce", "object:map": "Map to List", "control:times": "Repeat",
	}
}

func (f *frame) control(c *flopack.Card, at string) *value.Object {
	return f.begin(c, at, titles()[c.Address()])
}

// named returns the input of a group and key, nil for none.
func named(c *flopack.Card, group, key string) *flopack.Field {
	for _, in := range c.Inputs {
		if in.Group == group && in.Key == key && !in.Custom {
			return in
		}
	}
	return nil
}

// at is the value of an input; null where the card has none.
func (f *frame) at(c *flopack.Card, group, key string) expr {
	if in := named(c, group, key); in != nil {
		return f.value(c, in)
	}
	return literal(nil)
}

// condition is a comparison of two of a card's inputs.
func (f *frame) condition(c *flopack.Card, group string) *value.Object {
	op := value.String(f.at(c, group, operatorKey).lit)
	o := value.Map("a", f.side(c, group, leftOperand).source())
	if op != "" && op != "==" {
		o.Set("is", op)
	}
	if op != "is empty" && op != "is not empty" {
		o.Set("b", f.side(c, group, rightOperand).source())
	}
	return o
}

// ifElse translates an If/Else with its sides and its join, and returns what
// comes after.
func (f *frame) ifElse(c *flopack.Card, list []*flopack.Card, at string) (*value.Object, []*flopack.Card) {
	o := f.control(c, at)
	o.Set("if", f.condition(c, ""))
	side := map[bool]map[*flopack.Card]bool{}
	for _, b := range c.Branches {
		if head := f.g.Card(b.Card); head != nil {
			side[b.When] = f.reach(head)
		}
	}
	var then, els, rest []*flopack.Card
	for _, x := range list {
		switch yes, no := side[true][x], side[false][x]; {
		case yes && !no:
			then = append(then, x)
		case no && !yes:
			els = append(els, x)
		default:
			rest = append(rest, x)
		}
	}
	f.holds(c, literal(true))
	o.Set("then", f.cards(then, at+".then"))
	f.holds(c, literal(false))
	if len(els) > 0 {
		o.Set("else", f.cards(els, at+".else"))
	}
	if len(rest) > 0 && rest[0].Is("control", "join") {
		join := rest[0]
		rest = rest[1:]
		f.ids[join] = f.ids[c]
		f.u.source(f, join, at, f.ids[c])
		if out := f.join(c, join, side); out.Len() > 0 {
			o.Set("out", out)
		}
		f.outputs(join, func(out *flopack.Field) []string { return []string{out.Key} })
	}
	f.holds(c, ref(f.ids[c], "holds"))
	return o, rest
}

// holds says what the output of an If/Else is: whether its comparison holds. In a
// side that is known.
func (f *frame) holds(c *flopack.Card, e expr) {
	f.made[c] = func(out *flopack.Field) expr {
		if out.Key != "result" {
			return literal(nil)
		}
		e.kind = value.Boolean
		return e
	}
}

// join is what an If/Else gives, by the side that ran.
func (f *frame) join(c, join *flopack.Card, side map[bool]map[*flopack.Card]bool) *value.Object {
	out := value.NewObject(len(join.Outputs))
	for _, field := range join.Outputs {
		in := joined(join, field)
		if in == nil {
			continue
		}
		both := value.NewObject(2)
		for _, when := range []bool{true, false} {
			f.holds(c, literal(when))
			if e := f.arm(join, in, side[when], side[!when]); !e.null() {
				both.Set(map[bool]string{true: "then", false: "else"}[when], e.source())
			}
		}
		out.Set(field.Key, both)
	}
	return out
}

// joined is the input of a join that becomes an output.
func joined(join *flopack.Card, out *flopack.Field) *flopack.Field {
	for _, j := range join.Joins {
		if slices.Contains(j.Outputs, out.ID) {
			return join.Input(j.Input)
		}
	}
	for _, in := range join.Inputs {
		if in.Key == out.Key && in.Group == out.Group {
			return in
		}
	}
	return nil
}

// arm is what an input of a join is when a side ran: what a wire from that side
// brings, or else one from before the If.
func (f *frame) arm(join *flopack.Card, in *flopack.Field, ran, other map[*flopack.Card]bool) expr {
	origins := f.wires[end{join, in.ID}]
	if len(origins) == 0 {
		return f.u.literal(join, in)
	}
	for _, inSide := range []bool{true, false} {
		for _, o := range origins {
			from := f.shown(o.card)
			mine := ran[from] && !other[from]
			if out := o.card.Output(o.pin.Output); out != nil && (mine || !inSide && !ran[from] && !other[from]) {
				return f.output(o.card, out).piped(o.pin)
			}
		}
	}
	return literal(nil)
}

// shown is the card that a hidden one takes its object from.
func (f *frame) shown(c *flopack.Card) *flopack.Card {
	for isExpand(c) && len(c.Inputs) > 0 {
		origins := f.wires[end{c, c.Inputs[0].ID}]
		if len(origins) == 0 {
			break
		}
		c = origins[0].card
	}
	return c
}

// branch translates an If/ElseIf: the first case that holds, or the else.
func (f *frame) branch(c *flopack.Card, at string) *value.Object {
	o := f.control(c, at)
	var groups []string
	for _, in := range c.Inputs {
		if in.Body != nil && in.Group != "else" && !slices.Contains(groups, in.Group) {
			groups = append(groups, in.Group)
		}
	}
	slices.SortStableFunc(groups, func(a, b string) int {
		return cmp.Or(boolOrder(a != "if", b != "if"), cmp.Compare(firstIndex(c, a), firstIndex(c, b)))
	})
	cases := []any{}
	for i, g := range groups {
		path := at + ".branch[" + strconv.Itoa(i) + "].do"
		cond := f.condition(c, g)
		cases = append(cases, value.Map("if", cond, "do", f.block(bodyOf(c, g), c, path, contextGiven)))
	}
	o.Set("branch", cases)
	if g := bodyOf(c, "else"); g != nil {
		if cards := f.block(g, c, at+".else", contextGiven); len(cards) > 0 {
			o.Set("else", cards)
		}
	}
	f.outputs(c, func(out *flopack.Field) []string { return []string{out.Key} })
	return o
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func firstIndex(c *flopack.Card, group string) float64 {
	for _, in := range c.Inputs { // in the order of the indexes
		if in.Group == group {
			return in.Index
		}
	}
	return 0
}

func bodyOf(c *flopack.Card, group string) *flopack.Graph {
	for _, in := range c.Inputs {
		if in.Group == group && in.Body != nil {
			return in.Body
		}
	}
	return nil
}

// try translates an If Error.
func (f *frame) try(c *flopack.Card, at string) *value.Object {
	o := f.control(c, at)
	o.Set("try", []any{})
	if g := bodyOf(c, ""); g != nil {
		o.Set("try", f.block(g, c, at+".try", contextGiven))
	}
	if c.Handler != nil {
		caught := func(out *flopack.Field) expr {
			if out.Group == "context" && out.Key == "error" {
				return ref("error")
			}
			return contextGiven(out)
		}
		o.Set("catch", f.block(c.Handler, c, at+".catch", caught))
	}
	f.outputs(c, func(out *flopack.Field) []string { return []string{out.Key} })
	return o
}

// block translates the body of an If/ElseIf or If Error, which gives nothing but
// what a Return in it gives. One card alone gives what it gives in our language,
// unless a return without anything comes after it.
func (f *frame) block(g *flopack.Graph, c *flopack.Card, path string, given func(*flopack.Field) expr) []any {
	cards := f.body(g, c, path, given)
	if len(cards) != 1 {
		return cards
	}
	if only, ok := cards[0].(*value.Object); ok && !slices.ContainsFunc([]string{"return", "stop", "fail", "respond", "answer", "comment"}, func(kind string) bool { return has(only, kind) }) {
		cards = append(cards, nothing())
	}
	return cards
}

// nothing is the card that ends a block and gives nothing. It has no id, for no
// card of an export is it.
func nothing() *value.Object { return value.Map("return", value.NewObject(0)) }

// withoutNothing are the cards of a block without the one that ends it and gives
// nothing.
func withoutNothing(cards []any) []any {
	if len(cards) == 2 && value.Equal(cards[1], nothing()) {
		return cards[:1]
	}
	return cards
}

// continueIf ends the flow or block unless a comparison holds.
func (f *frame) continueIf(c *flopack.Card, at string) *value.Object {
	o := f.control(c, at)
	message := f.at(c, "otherwise", "message")
	if message.null() {
		message = literal("")
	}
	o.Set("stop", message.source())
	o.Set("unless", f.condition(c, ""))
	return o
}

// fail raises an error, always or if a comparison holds.
func (f *frame) fail(c *flopack.Card, at string) *value.Object {
	o := f.control(c, at)
	message, details := f.at(c, "", "message"), value.NewObject(0)
	if message.null() {
		message = literal("")
	}
	o.Set("fail", message.source())
	if c.Method == "throwIf" {
		o.Set("if", f.condition(c, ""))
	}
	if status := f.at(c, "", "statusCode"); !status.empty() {
		o.Set("status", status.source())
	}
	for _, in := range c.Inputs {
		if in.Group == "" && (in.Custom || !slices.Contains([]string{"message", "statusCode", leftOperand, rightOperand, operatorKey}, in.Key)) {
			details.Set(in.Key, f.value(c, in).source())
		}
	}
	if details.Len() > 0 {
		o.Set("details", details)
	}
	return o
}

func (f *frame) returns(c *flopack.Card, at string) *value.Object {
	o := f.control(c, at)
	fields := value.NewObject(len(c.Inputs))
	for _, in := range c.Inputs {
		fields.Set(grouped(in), f.value(c, in).source())
	}
	o.Set("return", fields)
	return o
}

func (f *frame) respond(c *flopack.Card, at string) *value.Object {
	return f.reply(c, at, "", "respond")
}

func (f *frame) answer(c *flopack.Card, at string) *value.Object {
	return f.reply(c, at, "Response", "answer")
}

func (f *frame) reply(c *flopack.Card, at, group, kind string) *value.Object {
	o := f.control(c, at)
	fields := value.NewObject(3)
	for _, key := range [][2]string{{"statusCode", "status"}, {"headers", "headers"}, {"body", "body"}} {
		if e := f.at(c, group, key[0]); !e.empty() {
			fields.Set(key[1], e.source())
		}
	}
	o.Set(kind, fields)
	return o
}

func (f *frame) wait(c *flopack.Card, at string) *value.Object {
	o := f.control(c, at)
	o.Set("wait", value.Map("for", f.at(c, "", "delay").source(), "unit", f.at(c, "", "unit").source()))
	return o
}

func (f *frame) until(c *flopack.Card, at string) *value.Object {
	o := f.control(c, at)
	o.Set("wait", value.Map("until", f.at(c, "", "date").source()))
	return o
}

// errors says how the flow goes on when the card fails.
func (f *frame) errors(c *flopack.Card, o *value.Object) {
	if c.OnError == nil || slices.ContainsFunc([]string{"return", "stop", "wait", "respond", "answer"}, func(kind string) bool { return has(o, kind) }) {
		return // They do not fail.
	}
	switch c.OnError.Text("type") {
	case "flo":
		if slug, ok := f.u.t.slugs[c.OnError.Text("flo")]; ok {
			o.Set("on_error", value.Map("call", slug))
		}
	case "return":
		o.Set("on_error", value.Map("return", value.NewObject(0)))
	}
	times, _ := c.OnError.At("retry").(float64)
	if times < 1 || c.Kernel || c.Module == tableChannel {
		return
	}
	retry := value.Map("times", min(times, 100))
	switch d := c.OnError.At("delay").(type) {
	case float64:
		retry.Set("delay", span(d))
	case []any:
		if len(d) == 2 {
			retry.Set("delay", []any{span(number(d[0])), span(number(d[1]))})
		}
	}
	if c.OnError.Text("retryCondition") == "ratelimits" {
		retry.Set("only", "rate_limits")
	} else if c.Module == "httpfunctions" && c.Method != "get" {
		retry.Set("safe", true) // what a raw request does only its author knows, who had it repeated whatever became of it
	}
	o.Set("retry", retry)
}

func number(v any) float64 {
	n, _ := value.Numeric(v)
	return n
}
