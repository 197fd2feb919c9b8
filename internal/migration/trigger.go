package migration

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"sallyport/internal/flopack"
	"sallyport/internal/value"
)

// trigger translates what starts a flow, and returns the frame of its cards.
func (u *unit) trigger(f *frame) (*value.Object, *frame) {
	c := f.root
	f.given = func(out *flopack.Field) expr {
		if e, ok := contextOf(out); ok {
			return e
		}
		return ref("input", grouped(out))
	}
	switch {
	case c.Is("control", "callable") && u.src.Scheduled:
		return value.Map("schedule", u.schedule()), f
	case c.Is("control", "callable"):
		return value.Map("call", u.inputs(c, "")), f
	case c.Is("control", "noop"):
		return value.Map("on_demand", value.NewObject(0)), f
	case c.Is("http", "accept"):
		return u.api(f), f
	case c.Is("http", "delegated"):
		return u.delegated(f), f
	case !c.Kernel && c.Webhook:
		return u.event(f)
	}
	u.missing(c, "a trigger such as %s", c.Address())
	return value.Map("call", u.inputs(c, "")), f
}

// inputs are the fields that a trigger takes; those of a group go by their key.
func (u *unit) inputs(c *flopack.Card, group string) *value.Object {
	ports := value.NewObject(len(c.Outputs))
	for _, out := range c.Outputs {
		if out.Group == "context" || out.Group == "raw" || out.Group == "user context" || group != "" && out.Group != group {
			continue
		}
		name := grouped(out)
		if group != "" {
			name = out.Key
		}
		ports.Set(name, declaration(out))
	}
	if ports.Len() == 0 {
		return ports
	}
	return value.Map("inputs", ports)
}

// declaration is a field's type, and its title where it has one.
func declaration(out *flopack.Field) any {
	kind := cmp.Or(kindOf(out), value.Any)
	if out.Title == "" || out.Title == out.Key {
		return string(kind)
	}
	return value.Map("type", string(kind), "title", out.Title)
}

func (u *unit) schedule() *value.Object {
	var fields []string
	for _, key := range []string{"seconds", "minutes", "hours", "dayOfTheMonth", "month", "dayOfTheWeek"} {
		fields = append(fields, strings.ReplaceAll(cmp.Or(strings.TrimSpace(value.String(u.src.Cron.At(key))), "*"), " ", ""))
	}
	if u.src.Cron.At("seconds") == nil || fields[0] == "*" {
		fields[0] = "0"
	}
	o := value.Map("cron", strings.Join(fields, " "))
	if zone := u.src.Cron.Text("timeZone"); zone != "" {
		if _, err := time.LoadLocation(zone); err != nil {
			u.value("timeZone", ValueUnused, zone)
		} else {
			o.Set("zone", zone)
		}
	}
	for _, key := range [][2]string{{"startDate", "starts"}, {"endDate", "ends"}} {
		s := value.String(u.src.Cron.At(key[0]))
		if _, err := value.ParseDate(s); err == nil {
			o.Set(key[1], s)
		}
	}
	return o
}

func (u *unit) api(f *frame) *value.Object {
	access := map[string]string{"open": "public", "high": "oauth"}[u.src.Security]
	o, inputs := value.Map("access", cmp.Or(access, "token")), value.NewObject(0)
	froms := map[string]string{"body": "body", "query": "query", "headers": "header"}
	for _, out := range f.root.Outputs {
		from, ok := froms[out.Group]
		if !ok {
			continue
		}
		port := value.Map("type", string(cmp.Or(kindOf(out), value.Any)), "from", from, "key", out.Key)
		if out.Title != "" && out.Title != out.Key {
			port.Set("title", out.Title)
		}
		inputs.Set(grouped(out), port)
	}
	if inputs.Len() > 0 {
		o.Set("inputs", inputs)
	}
	given := f.given
	f.given = func(out *flopack.Field) expr {
		if out.Group == "raw" {
			e := ref("request", out.Key)
			e.kind = kindOf(out)
			return e
		}
		return given(out)
	}
	return value.Map("api", o)
}

// called translates an event card of a system that calls flows itself: an API
// endpoint that takes the card's fields in its body. What the card's options
// choose is chosen there.
func (u *unit) called(f *frame) *value.Object {
	inputs := value.NewObject(len(f.root.Outputs))
	inBody := func(out *flopack.Field) string { return "body/" + out.Key }
	for _, out := range f.root.Outputs {
		if out.Group == "context" {
			continue
		}
		port := value.Map("type", string(cmp.Or(kindOf(out), value.Any)), "from", "body", "key", out.Key)
		if out.Title != "" && out.Title != out.Key {
			port.Set("title", out.Title)
		}
		inputs.Set(inBody(out), port)
	}
	for _, in := range f.root.Inputs {
		if in.Option {
			u.value(keyText(keyOf(f.root, in)), ValueUnused, value.String(in.Data))
		}
	}
	f.given = func(out *flopack.Field) expr {
		if e, ok := contextOf(out); ok {
			return e
		}
		return ref("input", inBody(out))
	}
	return value.Map("api", value.Map("access", "token", "inputs", inputs))
}

func (u *unit) delegated(f *frame) *value.Object {
	given := f.given
	f.given = func(out *flopack.Field) expr {
		switch out.Group {
		case "user context":
			return ref("context", "user")
		case "inputs":
			return ref("input", out.Key)
		}
		return given(out)
	}
	return value.Map("delegated", u.inputs(f.root, "inputs"))
}

var eventName = regexp.MustCompile(`\(([a-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)+)\)`)

// eventType is the type of event that an event card stands for: what our
// connectors know, or what the card says of itself.
func (u *unit) eventType(c *flopack.Card) (eventCard, bool) {
	channel, method := plainAddress(c.Module, c.Method)
	if e, ok := u.t.event(channel, method); ok {
		return e, true
	}
	if m := eventName.FindStringSubmatch(c.Comment); m != nil && (channel == "okta" || channel == "oktadevices") {
		return eventCard{Event: m[1]}, true
	}
	return eventCard{}, false
}

// event translates an event flow. The card of the export gives a list of events,
// for each of which a loop runs the cards in it; ours starts once for each, and
// the loop is gone.
func (u *unit) event(f *frame) (*value.Object, *frame) {
	known, ok := u.eventType(f.root)
	if known.Called {
		return u.called(f), f
	}
	if !ok {
		u.missing(f.root, "an event source for %s", f.root.Address())
		return value.Map("call", u.inputs(f.root, "")), f
	}
	o := value.Map("event", known.Event)
	if where := u.targets(f.root, known); where != "" {
		o.Set("where", where)
	}
	given := func(out *flopack.Field) expr {
		if e, ok := contextOf(out); ok {
			return e
		}
		e := ref("trigger", out.Key)
		if k := kindOf(out); k != value.Obj && k != value.List {
			e.kind = k
		}
		return e
	}
	f.given = given
	loop, body := f.deliveries()
	if loop == nil {
		return o, f
	}
	f.u.source(f, loop, "trigger", "")
	inner := u.frame(body, f, loop)
	inner.given = given
	beside := slices.DeleteFunc(f.order, func(c *flopack.Card) bool { return c == loop })
	inner.order = append(beside, inner.order...) // what people wrote beside it stays
	return o, inner
}

// deliveries returns the loop that an event flow consists of, and its body; nil
// where the flow is another.
func (f *frame) deliveries() (*flopack.Card, *flopack.Graph) {
	var loop *flopack.Card
	for _, c := range f.order {
		switch {
		case c.Is("control", "comment"):
		case loop == nil && c.Is("list", "asyncEach") && bodyOf(c, "") != nil:
			loop = c
		default:
			return nil, nil
		}
	}
	if loop == nil {
		return nil, nil
	}
	return loop, bodyOf(loop, "")
}
