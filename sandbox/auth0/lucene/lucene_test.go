package lucene_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"sallyport/sandbox/auth0/lucene"
)

func rules() lucene.Rules {
	return lucene.Rules{Folded: []string{"email", "name"}, Words: []string{"email", "name"}}
}

func person(t *testing.T) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(`{
		"user_id": "auth0|65a1", "email": "Ada@acme.example", "name": "Ada Lovelace", "logins_count": 12, "blocked": false,
		"last_login": "2026-03-04T05:06:07.000Z", "user_metadata": {"okta": {"deactivated": "true"}, "plan": "Pro/Gold"},
		"identities": [{"connection": "users", "provider": "auth0"}, {"connection": "google-oauth2"}], "app_metadata": {"tags": ["a", "b"]}
	}`), &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestQueriesFit(t *testing.T) {
	o := person(t)
	for q, want := range map[string]bool{
		``: true, `*`: true, `*:*`: false,
		`email:"ada@acme.example"`: true, `email:ada@acme.example`: true, `email:"bob@acme.example"`: false,
		`email:ada*`: true, `email:*.example`: true, `name:"ada lovelace"`: true, `name:ada*lace`: true, `name:ad? lovelace`: false,
		`user_id:"auth0|65a1"`: true, `user_id:"AUTH0|65a1"`: false,
		`user_metadata.okta.deactivated:"true"`: true, `user_metadata.okta.deactivated:true`: true, `user_metadata.plan:pro*`: false, `user_metadata.plan:Pro*`: true,
		`identities.connection:"google-oauth2"`: true, `app_metadata.tags:b`: true, `app_metadata.tags:c`: false,
		`blocked:false`: true, `blocked:true`: false, `NOT blocked:true`: true, `-blocked:true`: true,
		`logins_count:[10 TO 20]`: true, `logins_count:{12 TO 20]`: false, `logins_count:[* TO 11]`: false, `logins_count:[12 TO *]`: true,
		`logins_count:>11`: true, `logins_count:>=12`: true, `logins_count:<12`: false, `logins_count:<=9`: false,
		`last_login:[2026-03-01 TO 2026-03-04]`: true, `last_login:[2026-03-05 TO *]`: false, `last_login:{* TO 2026-03-04}`: false,
		`email:ada* AND blocked:false`: true, `email:bob* OR blocked:false`: true, `email:bob* AND blocked:false OR name:Ada*`: true,
		`(email:bob* OR email:ada*) AND NOT blocked:true`: true, `email:(bob* OR ada*)`: true, `email:ada* -blocked:false`: false, `email:bob* ada@acme.example`: true,
		`_exists_:user_metadata.okta`: true, `_exists_:username`: false, `_missing_:username`: true, `username:*`: false,
		`email:ada\@acme.example`: true,
	} {
		got, err := lucene.Parse(q, rules())
		if err != nil {
			t.Errorf("%s: %v", q, err)
			continue
		}
		if got.Match(o) != want {
			t.Errorf("%s fits: %v", q, !want)
		}
	}
}

func TestNonsenseIsRefused(t *testing.T) {
	for _, q := range []string{`email:`, `(email:a`, `email:"a`, `a)`, `n:[1 2]`, `n:[1 TO`, `[1 TO 2]`, `>3`, `a AND`, strings.Repeat("(", 100)} {
		if _, err := lucene.Parse(q, rules()); !errors.Is(err, lucene.ErrSyntax) {
			t.Errorf("%s: %v", q, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, q := range []string{`email:"a" AND (b OR NOT c:[1 TO 2})`, `a:(b -c)`, `x:>=3`, `_exists_:a.b`, `\`, `a:*?[`} {
		f.Add(q)
	}
	var o map[string]any
	if err := json.Unmarshal([]byte(`{"email":"a","c":1,"a":{"b":["x",2,null,{"y":true}]}}`), &o); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, q string) {
		got, err := lucene.Parse(q, rules())
		if err != nil {
			if !errors.Is(err, lucene.ErrSyntax) {
				t.Errorf("%q: %v", q, err)
			}
			return
		}
		_ = got.Match(o)
		negated, err := lucene.Parse("NOT ("+q+")", rules())
		if err == nil && strings.TrimSpace(q) != "" && negated.Match(o) == got.Match(o) {
			t.Errorf("%q and its opposite both fit: %v", q, got.Match(o))
		}
	})
}
