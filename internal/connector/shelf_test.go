package connector_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/value"
)

func files(text string) fstest.MapFS {
	return fstest.MapFS{"connectors/sample.yaml": {Data: []byte(text)}}
}

// start is a file that is well until its actions.
const start = `connector: sample
title: Sample
settings: { url: {} }
auth: [{ kind: none }]
base_url: "{{ settings.url }}"
`

func TestLoadSaysWhatIsWrongAndWhere(t *testing.T) {
	tests := map[string]struct{ file, want string }{
		"nothing":                     {``, "sample.yaml:1: the file is empty"},
		"no YAML":                     {"connector: [", "sample.yaml:1: did not find"},
		"no actions":                  {"connector: sample\ntitle: S\nauth: [{ kind: none }]", "missing property 'actions'"},
		"unknown key":                 {start + "colour: red\nactions: {}", "sample.yaml:6: colour: there is no such key"},
		"unknown effect":              {start + "actions:\n  x: { effect: big, repeat: safe, request: { method: GET, path: / } }", "sample.yaml:7: actions.x.effect: value must be one of 'read', 'notify', 'change', 'destructive'"},
		"twice":                       {start + "title: Again", "sample.yaml:6: title stands here twice"},
		"another name":                {strings.Replace(start, "sample", "other", 1) + "actions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: / } }", "sample.yaml:1: connector: the file's name must be other.yaml"},
		"anchors":                     {start + "actions: &a\n  x: *a", "anchors are not taken"},
		"two documents":               {start + "actions: {}\n---\na: 1", "more than one document"},
		"expression":                  {start + "actions:\n  x:\n    effect: read\n    repeat: safe\n    request: { method: GET, path: / }\n    outputs:\n      y: { from: 'body.a +' }", "sample.yaml:12: actions.x.outputs.y.from: 1:9: Syntax error"},
		"unknown variable":            {start + "actions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: / }, outputs: { y: { from: secrets.token } } }", "undeclared reference to 'secrets'"},
		"unknown input":               {start + "actions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: '/{{ inputs.user }}' } }", "there is no inputs.user"},
		"input in CEL":                {start + "actions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: / }, outputs: { y: { from: inputs.user + body.inputs.z } } }", "there is no inputs.user"},
		"unknown setting":             {start + "actions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: '/{{ settings.token }}' } }", "there is no settings.token"},
		"template":                    {start + "actions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: '/{{ inputs' } }", "is not closed"},
		"path and url":                {start + "actions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: /, url: / } }", "oneOf"},
		"default":                     {start + "actions:\n  x: { effect: read, repeat: safe, inputs: { n: { type: number, default: many } }, request: { method: GET, path: / } }", "inputs.n.default: \"many\" is no number"},
		"enum default":                {start + "actions:\n  x: { effect: read, repeat: safe, inputs: { n: { enum: [a], default: b } }, request: { method: GET, path: / } }", "none of the values"},
		"undo":                        {start + "actions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: / }, undo: { action: y, inputs: {} } }", "there is no action y"},
		"undo's inputs":               {start + "actions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: / }, undo: { action: x, inputs: { z: 1 } } }", "x has no such input"},
		"graver effect":               {start + "actions:\n  x: { effect: read, effects: [{ when: true, effect: change }], repeat: safe, request: { method: GET, path: / } }", "graver"},
		"nothing at all":              {start + "actions:\n  x: { effect: read, repeat: safe }", "actions.x: it has no request, and no outputs"},
		"a change of nobody":          {start + "actions:\n  x: { effect: change, repeat: safe, outputs: { a: { from: 1 } } }", "actions.x: it has no request: its effect is read"},
		"a target of nobody":          {start + "actions:\n  x: { effect: read, repeat: safe, inputs: { u: {} }, targets: [{ type: user, id: '{{ inputs.u }}' }], outputs: { a: { from: 1 } } }", "it touches nothing"},
		"a target that time decides":  {start + "actions:\n  x: { effect: change, repeat: safe, let: { day: text(now) }, targets: [{ type: user, id: '{{ vars.day }}' }], request: { method: GET, path: / } }", "there is no vars"},
		"an effect that time decides": {start + "actions:\n  x: { effect: change, repeat: safe, effects: [{ when: now > date('2026-01-01'), effect: read }], request: { method: GET, path: / } }", "now"},
		"request by SMTP":             {start + "smtp: { host: a, security: tls }\nactions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: / } }", "mail is wanted"},
		"part of a name":              {strings.Replace(start, "sample", "ple", 1) + "actions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: / } }", "the file's name must be ple.yaml"},
		"key without header":          {start + "actions:\n  x: { effect: change, repeat: key, request: { method: POST, path: / } }", "repeat is key where"},
		"token URL":                   {strings.Replace(start, "kind: none", "kind: private_key_jwt", 1) + "actions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: / } }", "needs a token_url"},
		"token request":               {strings.Replace(start, "kind: none", "kind: bearer, token_request: { a: b }", 1) + "actions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: / } }", "it is of oauth2_client_credentials"},
		"empty fields":                {start + "actions:\n  x: { effect: read, repeat: safe, inputs: { n: { drop_empty: m } }, request: { method: GET, path: / } }", "inputs.n.drop_empty: it is of an object"},
		"field of auth":               {strings.Replace(start, "kind: none", "kind: bearer, fields: { pin: {} }", 1) + "actions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: / } }", "bearer has no such field"},
		"test of nothing":             {start + "test: [{ action: y }]\nactions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: / } }", "there is no action y"},
		"learning":                    {start + "test: [{ action: x, learn: { url: outputs.a } }]\nactions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: / } }", "no setting url that can be learned"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := connector.Load(files(tt.file))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "sample.yaml:") {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestLoadTellsEverythingAtOnce(t *testing.T) {
	_, err := connector.Load(fstest.MapFS{
		"connectors/a.yaml":      {Data: []byte("connector: a\n")},
		"connectors/b.yaml":      {Data: []byte("connector: b\ntitle: 1\nauth: [{ kind: fax }]\nactions: {}")},
		"connectors/b.test.yaml": {Data: []byte("not looked at")},
		"connectors/readme.md":   {Data: []byte("not looked at")},
	})
	if err == nil {
		t.Fatal("loaded")
	}
	for _, want := range []string{"a.yaml", "b.yaml:2: title", "b.yaml:3: auth.0.kind", "b.yaml:4: actions"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %q", err, want)
		}
	}
}

func TestLaterFolderReplaces(t *testing.T) {
	own := fstest.MapFS{"connectors/slack.yaml": {Data: []byte("connector: slack\ntitle: Our Slack\nauth: [{ kind: none }]\nbase_url: https://slack.acme.example\nactions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: / } }")}}
	s, err := connector.Load(content.FS, own)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := s.Get("slack")
	if c.Title != "Our Slack" || len(c.Actions) != 1 {
		t.Errorf("got %s with %v", c.Title, c.ActionIDs())
	}
	alone, err := connector.Load(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Get("okta"); !ok || len(s.All()) != len(alone.All()) {
		t.Error("the others are gone")
	}
}

// A flow changes from Slack to Teams by its connection alone.
func TestMessagesTakeTheSameInputs(t *testing.T) {
	s, err := shelves()
	if err != nil {
		t.Fatal(err)
	}
	ports := func(id string) (in, out []string) {
		c, _ := s.Get(id)
		for _, p := range c.Actions["send_message"].Inputs {
			in = append(in, p.Name+" "+string(p.Type))
		}
		for _, p := range c.Actions["send_message"].Outputs {
			out = append(out, p.Name+" "+string(p.Type))
		}
		slices.Sort(in)
		slices.Sort(out)
		return in, out
	}
	slackIn, slackOut := ports("slack")
	teamsIn, teamsOut := ports("teams")
	if !slices.Equal(slackIn, teamsIn) || !slices.Equal(slackOut, teamsOut) {
		t.Errorf("Slack takes %v and gives %v, Teams takes %v and gives %v", slackIn, slackOut, teamsIn, teamsOut)
	}
	c, _ := s.Get("teams")
	for _, p := range c.Actions["send_message"].Inputs {
		if slices.Contains([]string{"channel", "blocks", "thread_ts"}, p.Name) && !strings.Contains(p.Help, "Not used here") {
			t.Errorf("%s is not explained: %q", p.Name, p.Help)
		}
	}
}

// What the guard needs to know is there for every action that changes something.
func TestChangesAreDeclared(t *testing.T) {
	s, err := connector.Load(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	free := []string{"okta.create_event_hook", "okta.create_group", "http.request"} // they touch what is not there yet, or what nobody knows
	for _, c := range s.All() {
		for _, id := range c.ActionIDs() {
			a := c.Actions[id]
			changes := a.Effect == connector.Change || a.Effect == connector.Destructive
			// What identity systems hold is what people can be protected from.
			if c.Category == "identity" && changes && len(a.Targets) == 0 && !slices.Contains(free, c.ID+"."+id) {
				t.Errorf("%s.%s changes something and says not what", c.ID, id)
			}
			if a.Title == "" || len(a.Outputs) == 0 {
				t.Errorf("%s.%s has no title or no outputs", c.ID, id)
			}
		}
	}
}

// Whatever a file holds, loading it does not panic; what loads, makes a
// preview or says why not.
func FuzzLoad(f *testing.F) {
	f.Add(start + "actions:\n  x:\n    effect: change\n    repeat: key\n    idempotency: { header: K }\n    inputs: { n: { type: number, default: 1 } }\n    let: { v: inputs.n + 1 }\n    request: { method: POST, url: '{{ inputs.n }}', json: { a: ['{{ vars.v }}'] } }\n    targets: [{ type: user, id: '{{ vars.v }}' }]")
	f.Add("connector: sample\ntitle: S\nauth: [{ kind: basic }]\nsmtp: { host: a, security: tls }\nactions:\n  x: { effect: notify, repeat: never, mail: { from: a@b.c, to: '{{ settings.username }}', subject: x } }")
	f.Add(start + "actions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: '/{{ settings.url }}', query: { a: [1, '{{ call.key }}'] } } }")
	f.Add(cards)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := connector.Load(files(text))
		if err != nil {
			return
		}
		c, ok := s.Get("sample")
		if !ok {
			t.Fatal("loaded, but not there")
		}
		e := connector.NewEngine(connector.Options{Shelf: s, Egress: egress.New(egress.Options{})})
		for _, id := range c.ActionIDs() {
			in := value.Map("user", "ada", "group", "x", "url", "/x", "text", "y", "to", "a@b.c", "channel", "C1")
			_, _ = e.Preview(connector.Connection{Connector: "sample", Settings: value.Map("domain", "acme", "url", "https://acme.example")}, connector.Call{Action: id, Inputs: in})
			c.Actions[id].Entities(in)
			c.Actions[id].EffectOf(in)
		}
	})
}
