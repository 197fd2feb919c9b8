package connector

import (
	"slices"
	"strings"

	"sallyport/internal/value"
)

// answerNames adds what an answer brings.
func answerNames(names scopeNames) scopeNames {
	return names.without("secrets").without("call").with(scopeNames{
		"status": nil, "header": nil, "body": nil, "text": nil, "items": nil, "more": nil, "next": nil,
	})
}

func compileAction(c cursor, id string, connector scopeNames) *Action {
	a := &Action{
		ID: id, Title: c.text("title"), Description: c.text("description"),
		Effect: Effect(c.text("effect")), Repeat: Repeat(c.text("repeat")),
		Inputs: compilePorts(c.at("inputs"), false), Outputs: []Port{},
		Scopes: c.texts("scopes"), Serves: c.texts("okta_workflows"), do: &plan{},
	}
	if a.Title == "" {
		a.Title = titleOf(id)
	}
	names := connector.with(scopeNames{"inputs": portNames(a.Inputs)})
	names = a.do.compileVars(c.at("let"), names)
	open := names.without("secrets").without("call")
	a.do.checks = compileChecks(c.at("checks"), open)
	a.do.compileRequest(c, names)
	a.compileEffects(c, open)
	a.compileAnswer(c, answerNames(names))
	a.compileTargets(c, open)
	a.compileRepeat(c)
	return a
}

// compileVars reads the variables; each may use those before it.
func (p *plan) compileVars(c cursor, names scopeNames) scopeNames {
	known := []string{}
	for name, e := range c.fields() {
		open := names.without("secrets").without("call").with(scopeNames{"vars": slices.Clone(known)})
		p.vars = append(p.vars, variable{name, e.program(open)})
		known = append(known, name)
	}
	return names.with(scopeNames{"vars": known})
}

func (p *plan) compileRequest(c cursor, names scopeNames) {
	if m := c.at("mail"); m.present() {
		p.mail = &mailPlan{
			from: m.at("from").tree(names), to: m.at("to").tree(names), cc: m.at("cc").tree(names), bcc: m.at("bcc").tree(names),
			replyTo: m.at("reply_to").tree(names), subject: m.at("subject").tree(names), text: m.at("text").tree(names), html: m.at("html").tree(names),
		}
		return
	}
	r := c.at("request")
	if !r.present() {
		return
	}
	p.request = &requestPlan{
		method: r.at("method").tree(names), most: int(r.number("max_bytes")),
		query: r.at("query").tree(names), headers: r.at("headers").tree(names), content: r.at("content_type").tree(names),
	}
	if u := r.at("url"); u.present() {
		p.request.url = u.tree(names)
	} else {
		p.request.path = r.at("path").tree(names)
	}
	for _, encoding := range []string{"json", "form", "text"} {
		if b := r.at(encoding); b.present() {
			p.request.body = b.tree(names)
			p.request.encode = tree{leaf: value.Literal(encoding), kind: value.Any}
		}
	}
	if b := r.at("body"); b.present() {
		p.request.body, p.request.encode = b.at("value").tree(names), b.at("encode").tree(names)
	}
}

func (a *Action) compileEffects(c cursor, names scopeNames) {
	for e := range c.at("effects").items() {
		effect := Effect(e.text("effect"))
		if effect.rank() > a.Effect.rank() {
			e.at("effect").fail("it is graver than the action's own, %s", a.Effect)
		}
		a.do.effects = append(a.do.effects, effectWhen{e.at("when").program(names), effect})
	}
}

func (a *Action) compileAnswer(c cursor, names scopeNames) {
	a.do.accept = c.at("accept").program(names)
	a.do.errors = compileErrors(c.at("errors"), names)
	if p := c.at("pages"); p.present() {
		a.do.pages = &pagesPlan{
			link: p.text("next") == "link", param: p.text("param"),
			start: p.at("start").program(names), items: p.at("items").program(names), limit: p.at("limit").program(names),
		}
		if !a.do.pages.link {
			a.do.pages.next = p.at("next").program(names)
		}
	}
	for name, o := range c.at("outputs").fields() {
		port := compilePort(o, name, false)
		a.Outputs = append(a.Outputs, port)
		a.do.outputs = append(a.do.outputs, outputPlan{port, o.at("from").program(names)})
	}
}

func (a *Action) compileTargets(c cursor, names scopeNames) {
	for t := range c.at("targets").items() {
		a.Targets = append(a.Targets, Target{Type: t.text("type"), ID: t.at("id").tree(names).leaf})
	}
	if u := c.at("undo"); u.present() {
		inputs, err := value.ParseTemplate(u.at("inputs").v)
		if err != nil {
			u.at("inputs").fail("%v", err)
		}
		a.Undo = &Undo{Action: u.text("action"), Inputs: inputs}
	}
}

func (a *Action) compileRepeat(c cursor) {
	a.do.key = c.at("idempotency").text("header")
	uses := a.do.key != ""
	if r := a.do.request; r != nil {
		for _, t := range []tree{r.path, r.url, r.query, r.headers, r.body} {
			uses = uses || slices.ContainsFunc(t.refs(), func(ref value.Ref) bool { return strings.HasPrefix(ref.String(), "call.key") })
		}
	}
	if (a.Repeat == Keyed) != uses {
		c.at("repeat").fail("repeat is key where, and only where, the request sends the call's key: by an idempotency header, or as {{ call.key }}")
	}
}

// rank orders effects by how grave they are.
func (e Effect) rank() int {
	return slices.Index([]Effect{Read, Notify, Change, Destructive}, e)
}
