package migration

import (
	"regexp"
	"slices"
	"strings"

	"sallyport/internal/connector"
	"sallyport/internal/value"
)

// trigger writes what starts a flow.
func (g *graph) trigger(t *value.Object) {
	const at = "trigger"
	w := g.w
	g.names["context"] = func(path []string) (*xfield, []string) {
		if len(path) < 2 {
			return nil, nil
		}
		out := g.output(g.root, "context", path[1])
		types := map[string]string{"index": "number", "parent": "object", "error": "object"}
		out.kind.set(types[path[1]], false)
		return out, path[2:]
	}
	for key := range t.All() {
		switch key {
		case "call":
			g.callable(t.Object(key), "Helper Flow")
		case "schedule":
			g.scheduled(t.Object(key), at)
		case "on_demand":
			if t.Object(key).Object("inputs").Len() > 0 {
				w.fail(at, "a flow of Okta Workflows that is run by hand takes no inputs; make it a helper flow: call")
			}
			g.add(kernelAddress("control:noop"), "Noop")
		case "api":
			g.endpoint(t.Object(key))
		case "delegated":
			g.delegated(t.Object(key))
		case "event":
			g.event(t, at)
		case "where":
		default:
			w.fail(at, "an export has no words for the trigger %s", key)
		}
	}
	if g.root == nil {
		w.fail(at, "a flow has a trigger")
		g.callable(nil, "Helper Flow")
	}
}

// callable writes a trigger that takes inputs.
func (g *graph) callable(o *value.Object, title string) {
	c := g.add(kernelAddress("control:callable"), title)
	g.takes(c, "", o.Object("inputs"))
	g.names["input"] = func(path []string) (*xfield, []string) { return g.taking(c, "", path) }
}

// takes declares the inputs of a trigger, and the outputs that mirror them.
func (g *graph) takes(c *xcard, group string, inputs *value.Object) {
	for name, v := range inputs.All() {
		kind, title := value.String(v), ""
		if o, ok := v.(*value.Object); ok {
			kind, title = o.Text("type"), o.Text("title")
		}
		in, out := g.input(c, group, name), g.output(c, group, name)
		in.custom, in.title, out.title, out.custom = true, title, title, true
		in.kind.join(out.kind)
		in.kind.set(typeOf(value.Kind(kind)))
	}
}

// taking is the output for an input of a trigger.
func (g *graph) taking(c *xcard, group string, path []string) (*xfield, []string) {
	if len(path) < 2 {
		return nil, nil
	}
	for _, f := range c.out {
		if f.key == path[1] && f.group == group {
			return f, path[2:]
		}
	}
	return nil, nil
}

func (g *graph) scheduled(o *value.Object, at string) {
	g.callable(nil, "Scheduled Flow")
	fields := strings.Fields(o.Text("cron"))
	if len(fields) == 5 {
		fields = append([]string{"0"}, fields...)
	}
	if len(fields) != 6 {
		g.w.fail(at, "%q is no schedule of an export", o.Text("cron"))
		return
	}
	cron := value.NewObject(9)
	for i, key := range []string{"seconds", "minutes", "hours", "dayOfTheMonth", "month", "dayOfTheWeek"} {
		cron.Set(key, fields[i])
	}
	cron.Set("recurrence", 0.0)
	for _, key := range [][2]string{{"zone", "timeZone"}, {"starts", "startDate"}, {"ends", "endDate"}} {
		if s := o.Text(key[0]); s != "" {
			cron.Set(key[1], s)
		}
	}
	g.w.cron = cron
}

func (g *graph) endpoint(o *value.Object) {
	c := g.add(kernelAddress("http:accept"), "API Endpoint")
	g.w.security = map[string]any{"public": "open", "token": "medium", "oauth": "high"}[o.Text("access")]
	groups := map[string]string{"body": "body", "query": "query", "header": "headers"}
	for name, v := range o.Object("inputs").All() {
		port, _ := v.(*value.Object)
		key := port.Text("key")
		if key == "" {
			key = name
		}
		group := groups[port.Text("from")]
		if group == "" {
			group = "body"
		}
		g.takes(c, group, value.Map(key, v))
		g.w.endpoint = append(g.w.endpoint, [3]string{name, group, key})
	}
	g.names["input"] = func(path []string) (*xfield, []string) {
		for _, e := range g.w.endpoint {
			if len(path) > 1 && e[0] == path[1] {
				return g.taking(c, e[1], append([]string{"input", e[2]}, path[2:]...))
			}
		}
		return nil, nil
	}
	g.names["request"] = func(path []string) (*xfield, []string) {
		types := map[string]string{"headers": "object", "body": "string", "query": "string"}
		if len(path) < 2 || types[path[1]] == "" {
			return nil, nil
		}
		out := g.output(c, "raw", path[1])
		out.kind.set(types[path[1]], false)
		return out, path[2:]
	}
}

func (g *graph) delegated(o *value.Object) {
	c := g.add(kernelAddress("http:delegated"), "Delegated Flow")
	g.takes(c, "inputs", o.Object("inputs"))
	g.names["input"] = func(path []string) (*xfield, []string) { return g.taking(c, "inputs", path) }
	plain := g.names["context"]
	g.names["context"] = func(path []string) (*xfield, []string) {
		if len(path) > 1 && path[1] == "user" {
			return g.output(c, "user context", "okta-user-id"), path[2:]
		}
		return plain(path)
	}
}

var targetTerm = regexp.MustCompile(`^event\.target\.exists\(t, t\.type == "([^"\\]+)" && t\.id == "([^"\\]+)"\)$`)

// terms are the types and ids of targets that a condition asks for; one without a
// type where it asks for anything else.
func terms(where string) [][2]string {
	var out [][2]string
	for where != "" {
		term, rest, more := strings.Cut(where, " && event.")
		if where = rest; more {
			where = "event." + rest
		}
		m := targetTerm.FindStringSubmatch(term)
		if m == nil {
			return [][2]string{{}}
		}
		out = append(out, [2]string{m[1], m[2]})
	}
	return out
}

// event writes an event flow: a card that gives a list of events, and a loop with
// the cards that run for each.
func (g *graph) event(t *value.Object, at string) {
	e, ok := g.eventCard(t)
	if !ok {
		g.w.fail(at, "Okta Workflows has no card for the event %s with this condition", value.String(t.At("event")))
		g.callable(nil, "Helper Flow")
		return
	}
	c := g.add(channelAddress(e.Channel, e.Method), e.Method)
	c.webhook = true
	g.literal(g.input(c, "", "type"), "invoke")
	g.literal(g.input(c, "", "data"), value.NewObject(0))
	g.targetOptions(c, e, t.Text("where"))
	list := g.output(c, "", "collection")
	list.kind.set("object", true)
	loop := g.add(kernelAddress("list:asyncEach"), titles()["list:asyncEach"])
	g.wire(list, g.input(loop, "", "list"), "", false)
	body := g.input(loop, "", "flo")
	body.kind.set("flo", false)
	g.literal(g.input(loop, "", "concurrency"), 1.0)
	inner := g.w.graph(nil, nil)
	root := inner.add(kernelAddress("control:callable"), "Event")
	inner.names["context"] = func(path []string) (*xfield, []string) {
		if len(path) < 2 {
			return nil, nil
		}
		return inner.output(root, "context", path[1]), path[2:]
	}
	inner.names["trigger"] = func(path []string) (*xfield, []string) {
		if len(path) < 2 {
			return nil, nil
		}
		return inner.output(root, "Output", path[1]), path[2:]
	}
	g.w.inner, body.body = inner, inner
	g.finish = func() {
		for _, out := range root.out { // a trigger takes what it gives
			in := inner.input(root, out.group, out.key)
			in.kind.join(out.kind)
		}
	}
}

// eventCard is the card for a type of event.
func (g *graph) eventCard(t *value.Object) (eventCard, bool) {
	where := t.Text("where")
	for _, e := range g.w.x.events {
		if value.String(t.At("event")) != e.Event {
			continue
		}
		ok := true
		for _, term := range terms(where) {
			ok = ok && slices.ContainsFunc(e.Targets, func(t connector.TargetKeys) bool { return t.Type == term[0] })
		}
		if ok {
			return e, true
		}
	}
	// The card says of itself which event it stands for, where no file of ours does.
	name := value.String(t.At("event"))
	if where != "" || !eventName.MatchString("("+name+")") {
		return eventCard{}, false
	}
	return eventCard{Channel: "okta", Method: slug(name), Event: name}, true
}

func (g *graph) targetOptions(c *xcard, e eventCard, where string) {
	known := false
	for _, have := range g.w.x.events {
		known = known || have.Channel == e.Channel && have.Method == e.Method
	}
	if !known {
		c.comment = "(" + e.Event + ")"
	}
	for _, term := range terms(where) {
		for _, target := range e.Targets {
			if target.Type == term[0] && len(target.Keys) > 0 {
				f := g.input(c, target.Keys[0].Group, target.Keys[0].Name)
				f.option = true
				g.literal(f, term[1])
			}
		}
	}
}
