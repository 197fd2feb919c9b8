package connector_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/connector"
	"sallyport/internal/value"
)

const cards = start + `
okta_workflows_events:
  okta:userCreated: user.lifecycle.create
  okta:userAdded: { event: application.user_membership.add, targets: { AppInstance: [parameters/appId, app] } }
actions:
  find:
    effect: read
    repeat: safe
    inputs: { user: { required: true }, profile: { type: object }, mail: { type: boolean }, limit: { type: number, default: 200 }, next: {} }
    request: { method: GET, path: "/users" }
    pages: { next: link, start: inputs.next, items: body, limit: inputs.limit }
    outputs: { users: { type: list, from: items }, first: { type: object, from: items.first() }, next: { from: next } }
    stream: users
    okta_workflows:
      - card: okta:find
        inputs: { Application/applicationID: user, parameters/application: user, Profile/*: profile.*, Profile/login: 'profile["Log in"]', query: mail }
        outputs: { Result/*: first.*, Result/Users: users, Result/Deep: first.a.b }
      - card: okta:find
        when: { parameters/resultSet: [Stream Records, all], parameters/search: ["", true] }
        inputs: { User/ID: user }
        fixed: { limit: "100" }
        stream: users
        limit: List Criteria/Limit
`

func loadCards(t *testing.T) *connector.Shelf {
	t.Helper()
	s, err := connector.Load(files(cards))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCards(t *testing.T) {
	all := loadCards(t).Cards("okta", "find")
	if len(all) != 2 || all[0].Card.When == nil || all[1].Card.When != nil {
		t.Fatalf("got %d mappings, or the one that serves the rest is not the last", len(all))
	}
	stream, rest := all[0].Card, all[1].Card
	if all[0].Connector.ID != "sample" || all[0].Action.ID != "find" || all[0].Action.Stream != "users" {
		t.Errorf("served by %s.%s", all[0].Connector.ID, all[0].Action.ID)
	}
	options := func(texts ...string) func(connector.Key) string {
		return func(k connector.Key) string { return texts[slices.Index([]string{"resultSet", "search"}, k.Name)] }
	}
	if !stream.Fits(options("all", "")) || !stream.Fits(options("Stream Records", "true")) || stream.Fits(options("all", "x")) || stream.Fits(options("", "")) || !rest.Fits(nil) {
		t.Error("a mapping does not fit the options it is for, or fits others")
	}
	if stream.Stream != "users" || stream.Limit != (connector.Key{Group: "List Criteria", Name: "Limit"}) || stream.Fixed.At("limit") != 100.0 {
		t.Errorf("streams %q, limited by %v, with %s", stream.Stream, stream.Limit, value.JSON(stream.Fixed))
	}
	for key, want := range map[string]string{"Profile/email": "profile email", "Profile/login": "profile Log in", "Application/applicationID": "user", "parameters/application": "user", "/query": "mail", "Other/query": ""} {
		group, name, _ := strings.Cut(key, "/")
		if path, _ := rest.Input(connector.Key{Group: group, Name: name}); strings.Join(path, " ") != want {
			t.Errorf("%s leads to %v", key, path)
		}
	}
	for key, want := range map[string][]string{"Users": {"users"}, "Raw Output": {"first", "Raw Output"}, "Deep": {"first", "a", "b"}} {
		if path, ok := rest.Output(connector.Key{Group: "Result", Name: key}); !ok || !slices.Equal(path, want) {
			t.Errorf("%s is found at %v", key, path)
		}
	}
	if _, ok := rest.Output(connector.Key{Name: "Users"}); ok {
		t.Error("a key without a group is that of a group")
	}
	if got := loadCards(t).Cards("okta", "other"); got != nil {
		t.Errorf("a card that nothing serves is served by %v", got)
	}
}

func TestEventCards(t *testing.T) {
	s := loadCards(t)
	if e, ok := s.Event("okta", "userCreated"); !ok || e.Event != "user.lifecycle.create" || e.Targets != nil {
		t.Errorf("got %+v", e)
	}
	e, _ := s.Event("okta", "userAdded")
	want := []connector.TargetKeys{{Type: "AppInstance", Keys: []connector.Key{{Group: "parameters", Name: "appId"}, {Name: "app"}}}}
	if diff := cmp.Diff(want, e.Targets); diff != "" || e.Event != "application.user_membership.add" {
		t.Errorf("event %s, %s", e.Event, diff)
	}
	if _, ok := s.Event("okta", "find"); ok {
		t.Error("a card that is none starts flows")
	}
}

func TestLiteralsOfCards(t *testing.T) {
	tests := map[string]struct {
		kind     value.Kind
		in, want any
	}{
		"yes":             {value.Boolean, "Yes", true},
		"no":              {value.Boolean, "no", false},
		"true":            {value.Boolean, "true", true},
		"a boolean":       {value.Boolean, false, false},
		"yes as text":     {value.Text, "Yes", "Yes"},
		"a number":        {value.Number, "12", 12.0},
		"what is no such": {value.Number, "many", "many"},
		"null":            {value.Boolean, nil, nil},
		"one of several":  {value.Text, "UPSERT", "upsert"},
		"none of them":    {value.Text, "Insert", "Insert"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := (connector.Port{Type: tt.kind, Enum: []any{1.0, "upsert", "delete"}}).Literal(tt.in); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCardsRefuse(t *testing.T) {
	action := "actions:\n  x:\n    effect: read\n    repeat: safe\n    inputs: { user: { required: true }, n: { type: number } }\n    request: { method: GET, path: / }\n    outputs: { id: { from: body.id }, all: { type: list, from: body } }\n    okta_workflows:\n"
	tests := map[string]struct{ mapping, want string }{
		"unknown input":       {"- { card: 'okta:a', inputs: { User/ID: user, User/x: mail } }", "sample.yaml:14: actions.x.okta_workflows.0.inputs.User/x: there is no mail"},
		"unknown output":      {"- { card: 'okta:a', inputs: { User/ID: user }, outputs: { a: name } }", "there is no name"},
		"missing input":       {"- { card: 'okta:a' }", "user is required"},
		"twice":               {"- { card: 'okta:a', inputs: { User/ID: user }, fixed: { user: x } }", "user is given by the card"},
		"fixed":               {"- { card: 'okta:a', inputs: { User/ID: user }, fixed: { n: many } }", "is no number"},
		"unknown fixed":       {"- { card: 'okta:a', inputs: { User/ID: user }, fixed: { m: 1 } }", "there is no such input"},
		"rest into a text":    {"- { card: 'okta:a', inputs: { User/*: user.* } }", "user is no object"},
		"rest to a name":      {"- { card: 'okta:a', inputs: { User/*: user } }", "a key of *"},
		"name to the rest":    {"- { card: 'okta:a', inputs: { User/ID: user, User/x: n.* } }", "a key of *"},
		"path":                {"- { card: 'okta:a', inputs: { User/ID: 'user..' } }", "a name is wanted"},
		"stream of text":      {"- { card: 'okta:a', inputs: { User/ID: user }, stream: id }", "id is no list"},
		"stream of one page":  {"- { card: 'okta:a', inputs: { User/ID: user }, stream: all }", "no pages to go on with"},
		"limit of no stream":  {"- { card: 'okta:a', inputs: { User/ID: user }, limit: a/b }", "it is of a card that streams"},
		"old form":            {"- okta:a", "sample.yaml:14: actions.x.okta_workflows.0: got string, want object"},
		"claimed twice":       {"- { card: 'okta:a', inputs: { User/ID: user } }\n      - { card: 'okta:a', inputs: { User/ID: user } }", "sample.yaml:15: the card okta:a is served at connectors/sample.yaml:14 already"},
		"overlapping options": {"- { card: 'okta:a', when: { r: [a, b] }, inputs: { User/ID: user } }\n      - { card: 'okta:a', when: { r: [b], s: [c] }, inputs: { User/ID: user } }", "served at"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := connector.Load(files(start + action + "      " + tt.mapping))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
	distinct := "      - { card: 'okta:a', when: { r: [a] }, inputs: { User/ID: user } }\n      - { card: 'okta:a', when: { r: [b] }, inputs: { User/ID: user } }\n      - { card: 'okta:a', inputs: { User/ID: user } }"
	if _, err := connector.Load(files(start + action + distinct)); err != nil {
		t.Error(err)
	}
}
