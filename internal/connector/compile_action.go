package connector

import (
	"slices"
	"strings"

	"sallyport/internal/connector/document"
	"sallyport/internal/value"
)

// answerNames adds what an answer brings.
func answerNames(names scopeNames) scopeNames {
	return names.without("secrets").without("call").with(scopeNames{
		"status": nil, "header": nil, "body": nil, "text": nil, "items": nil, "more": nil, "next": nil,
	})
}

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
	a.do.compileRequest(c, names)
	a.compileEffects(c, open)
	a.compileAnswer(c, answerNames(names), shapes)
	a.compileTargets(c, open)
	a.compileRepeat(c)
	a.checkStream(c.At("stream"), a.Stream)
	for m := range c.At("okta_workflows").Items() {
		a.Cards = append(a.Cards, a.compileCard(m))
	}
	return a
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

func (p *plan) compileRequest(c document.Cursor, names scopeNames) {
	if m := c.At("mail"); m.Present() {
		p.mail = &mailPlan{
			from: treeAt(m.At("from"), names), to: treeAt(m.At("to"), names), cc: treeAt(m.At("cc"), names), bcc: treeAt(m.At("bcc"), names),
			replyTo: treeAt(m.At("reply_to"), names), subject: treeAt(m.At("subject"), names), text: treeAt(m.At("text"), names), html: treeAt(m.At("html"), names),
		}
		return
	}
	r := c.At("request")
	if !r.Present() {
		return
	}
	p.request = &requestPlan{
		method: treeAt(r.At("method"), names), most: int(r.Number("max_bytes")),
		query: treeAt(r.At("query"), names), headers: treeAt(r.At("headers"), names), content: treeAt(r.At("content_type"), names),
	}
	if u := r.At("url"); u.Present() {
		p.request.url = treeAt(u, names)
	} else {
		p.request.path = treeAt(r.At("path"), names)
	}
	for _, encoding := range []string{"json", "form", "text"} {
		if b := r.At(encoding); b.Present() {
			p.request.body = treeAt(b, names)
			p.request.encode = tree{leaf: value.Literal(encoding), kind: value.Any}
		}
	}
	if b := r.At("body"); b.Present() {
		p.request.body, p.request.encode = treeAt(b.At("value"), names), treeAt(b.At("encode"), names)
	}
}

func (a *Action) compileEffects(c document.Cursor, names scopeNames) {
	for e := range c.At("effects").Items() {
		effect := Effect(e.Text("effect"))
		if effect.rank() > a.Effect.rank() {
			e.At("effect").Fail("it is graver than the action's own, %s", a.Effect)
		}
		a.do.effects = append(a.do.effects, effectWhen{programAt(e.At("when"), names), effect})
	}
}

func (a *Action) compileAnswer(c document.Cursor, names scopeNames, shapes map[string]document.Cursor) {
	a.do.accept = programAt(c.At("accept"), names)
	a.do.errors = compileErrors(c.At("errors"), names)
	if p := c.At("pages"); p.Present() {
		a.do.pages = &pagesPlan{
			link: p.Text("next") == "link", param: p.Text("param"),
			start: programAt(p.At("start"), names), items: programAt(p.At("items"), names), limit: programAt(p.At("limit"), names),
		}
		if !a.do.pages.link {
			a.do.pages.next = programAt(p.At("next"), names)
		}
	}
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
	if r := a.do.request; r != nil {
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
