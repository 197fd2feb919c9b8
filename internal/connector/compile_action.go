package connector

import (
	"regexp"
	"slices"
	"strings"

	"sallyport/internal/connector/document"
	"sallyport/internal/value"
)

// answerNames adds what an answer brings.
func answerNames(names scopeNames) scopeNames {
	return names.without("secrets").without("call").with(scopeNames{
		"status": nil, "header": nil, "body": nil, "text": nil, "file": nil, "items": nil, "more": nil, "next": nil,
	})
}

// fileOf finds an expression that wants the answer as a file.
var fileOf = regexp.MustCompile(`(^|[^.\w"'])file\b([^\w(]|$)`)

// compileAction reads an action; shapes are what items of its lists may become.
func compileAction(c document.Cursor, id string, connector scopeNames, shapes map[string]document.Cursor) *Action {
	a := &Action{
		ID: id, Title: c.Text("title"), Description: c.Text("description"),
		Effect: Effect(c.Text("effect")), Repeat: Repeat(c.Text("repeat")),
		Inputs: compilePorts(c.At("inputs"), false), Outputs: []Port{},
		Scopes: c.Texts("scopes"), Stream: c.Text("stream"), do: &plan{},
	}
	if a.Title == "" {
		a.Title = titleOf(id)
	}
	for name, in := range c.At("inputs").Fields() {
		if other := in.Text("drop_empty"); other != "" && (portNamed(name, a.Inputs).Type != value.Obj || portNamed(other, a.Inputs) == nil) {
			in.At("drop_empty").Fail("it is of an object, and names another input")
		}
	}
	names := connector.with(scopeNames{"inputs": portNames(a.Inputs)})
	names = a.do.compileVars(c.At("let"), names)
	open := names.without("secrets").without("call")
	a.do.checks = compileChecks(c.At("checks"), open)
	a.do.subject = treeAt(c.At("subject"), open)
	names = a.do.compileSteps(c, names)
	steady := open.steady(c.At("let"))
	a.compileEffects(c, steady)
	a.compileAnswer(c, answerNames(names), shapes)
	a.compileTargets(c, steady)
	a.compileRepeat(c)
	a.checkStream(c.At("stream"), a.Stream)
	for m := range c.At("okta_workflows").Items() {
		a.Cards = append(a.Cards, a.compileCard(m))
	}
	return a
}

// clockOf finds an expression that asks for the time.
var clockOf = regexp.MustCompile(`(^|[^.\w"'])now\b`)

// steady are the names without the time, and without variables that may hang on
// it: what is protected must not change while somebody decides about a call.
func (n scopeNames) steady(vars document.Cursor) scopeNames {
	for _, e := range vars.Fields() {
		if clockOf.MatchString(value.String(e.Value)) {
			n = n.without("vars")
		}
	}
	return n.without("now")
}

// compileVars reads the variables; each may use those before it.
func (p *plan) compileVars(c document.Cursor, names scopeNames) scopeNames {
	known := []string{}
	for name, e := range c.Fields() {
		open := names.without("secrets").without("call").with(scopeNames{"vars": slices.Clone(known)})
		p.vars = append(p.vars, variable{name, programAt(e, open)})
		known = append(known, name)
	}
	return names.with(scopeNames{"vars": known})
}

// compileSteps reads what is sent, and returns what the outputs may refer to.
func (p *plan) compileSteps(c document.Cursor, names scopeNames) scopeNames {
	if m := c.At("mail"); m.Present() {
		p.mail = compileMail(m, names)
		return names
	}
	if c.At("request").Present() {
		if c.At("requests").Present() {
			c.At("requests").Fail("request or requests: not both")
		}
		p.steps = []*step{compileStep(c, "", names)}
		return names
	}
	known := []string{}
	for s := range c.At("requests").Items() {
		id := s.Text("id")
		if slices.Contains(known, id) {
			s.At("id").Fail("there are two requests %s", id)
		}
		more := names.with(scopeNames{"answers": slices.Clone(known)})
		if s.At("each").Present() {
			more = more.with(scopeNames{"item": nil})
		}
		p.steps = append(p.steps, compileStep(s, id, more))
		known = append(known, id)
	}
	if len(known) > 0 {
		names = names.with(scopeNames{"answers": known})
	}
	return names
}

func compileStep(c document.Cursor, id string, names scopeNames) *step {
	open := names.without("secrets").without("call")
	s := &step{id: id, when: programAt(c.At("when"), open.without("item")), each: programAt(c.At("each"), open.without("item"))}
	if id != "" { // the variables of an action itself are read before
		own := slices.Clone(names["vars"])
		for name, e := range c.At("let").Fields() {
			s.vars = append(s.vars, variable{name, programAt(e, open.with(scopeNames{"vars": slices.Clone(own)}))})
			own = append(own, name)
		}
		names = names.with(scopeNames{"vars": own})
	}
	s.request = compileRequest(c.At("request"), names)
	seen := answerNames(names)
	s.accept, s.pages = programAt(c.At("accept"), seen), compilePages(c.At("pages"), seen)
	return s
}

func compileRequest(r document.Cursor, names scopeNames) *requestPlan {
	p := &requestPlan{
		method: treeAt(r.At("method"), names), base: treeAt(r.At("base_url"), names), most: int(r.Number("max_bytes")),
		query: treeAt(r.At("query"), names), headers: treeAt(r.At("headers"), names), content: treeAt(r.At("content_type"), names),
	}
	if u := r.At("url"); u.Present() {
		p.url = treeAt(u, names)
	} else {
		p.path = treeAt(r.At("path"), names)
	}
	for _, encoding := range []string{"json", "form", "text", "file", "multipart"} {
		if b := r.At(encoding); b.Present() {
			p.body = treeAt(b, names)
			p.encode = tree{leaf: value.Literal(encoding), kind: value.Any}
		}
	}
	if b := r.At("body"); b.Present() {
		p.body, p.encode = treeAt(b.At("value"), names), treeAt(b.At("encode"), names)
	}
	if b := r.At("parts"); b.Present() {
		p.body, p.parts = treeAt(b, names), true
	}
	if m := r.At("message"); m.Present() {
		p.message = compileMail(m, names)
	}
	return p
}

func compileMail(m document.Cursor, names scopeNames) *mailPlan {
	return &mailPlan{
		from: treeAt(m.At("from"), names), to: treeAt(m.At("to"), names), cc: treeAt(m.At("cc"), names), bcc: treeAt(m.At("bcc"), names),
		replyTo: treeAt(m.At("reply_to"), names), subject: treeAt(m.At("subject"), names), text: treeAt(m.At("text"), names), html: treeAt(m.At("html"), names),
		attachments: treeAt(m.At("attachments"), names),
	}
}

func compilePages(p document.Cursor, names scopeNames) *pagesPlan {
	if !p.Present() {
		return nil
	}
	out := &pagesPlan{
		link: p.Text("next") == "link", param: p.Text("param"), field: p.Text("field"),
		start: programAt(p.At("start"), names), items: programAt(p.At("items"), names), limit: programAt(p.At("limit"), names),
	}
	if !out.link {
		out.next = programAt(p.At("next"), names)
	}
	if out.param != "" && out.field != "" {
		p.At("field").Fail("a cursor goes into the query or into the body: param or field")
	}
	return out
}

func (a *Action) compileEffects(c document.Cursor, names scopeNames) {
	for e := range c.At("effects").Items() {
		effect := Effect(e.Text("effect"))
		if effect.rank() > a.Effect.rank() {
			e.At("effect").Fail("it is graver than the action's own, %s", a.Effect)
		}
		when := programAt(e.At("when"), names)
		a.do.effects = append(a.do.effects, effectWhen{when, effect, when != nil && strings.Contains(when.Source(), "vars")})
	}
}

func (a *Action) compileAnswer(c document.Cursor, names scopeNames, shapes map[string]document.Cursor) {
	a.do.errors = compileErrors(c.At("errors"), names)
	for name, o := range c.At("outputs").Fields() {
		port := compilePort(o, name, false)
		a.Outputs = append(a.Outputs, port)
		each := o.At("each")
		if shape, ok := shapes[o.Text("each")]; ok {
			each = shape
		}
		if each.Present() && port.Type != value.List && port.Type != value.Obj {
			o.At("each").Fail("it is of a list or an object")
		}
		a.do.outputs = append(a.do.outputs, outputPlan{port, programAt(o.At("from"), names), programAt(each, names.with(scopeNames{"item": nil}))})
		a.do.binary = a.do.binary || fileOf.MatchString(o.Text("from"))
	}
}

func (a *Action) compileTargets(c document.Cursor, names scopeNames) {
	for t := range c.At("targets").Items() {
		a.Targets = append(a.Targets, Target{Type: t.Text("type"), ID: treeAt(t.At("id"), names).leaf})
	}
	a.do.unclear = programAt(c.At("unclear"), names)
	if u := c.At("undo"); u.Present() {
		inputs, err := value.ParseTemplate(u.At("inputs").Value)
		if err != nil {
			u.At("inputs").Fail("%v", err)
		}
		a.Undo = &Undo{Action: u.Text("action"), Inputs: inputs}
	}
}

func (a *Action) compileRepeat(c document.Cursor) {
	a.do.key = c.At("idempotency").Text("header")
	uses := a.do.key != ""
	for _, step := range a.do.steps {
		r := step.request
		for _, t := range []tree{r.path, r.url, r.query, r.headers, r.body} {
			uses = uses || slices.ContainsFunc(t.refs(), func(ref value.Ref) bool { return strings.HasPrefix(ref.String(), "call.key") })
		}
	}
	if (a.Repeat == Keyed) != uses {
		c.At("repeat").Fail("repeat is key where, and only where, the request sends the call's key: by an idempotency header, or as {{ call.key }}")
	}
}

// rank orders effects by how grave they are.
func (e Effect) rank() int {
	return slices.Index([]Effect{Read, Notify, Change, Destructive}, e)
}
