package sigma_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sallyport/internal/detect"
	"sallyport/internal/detect/correlate"
	"sallyport/internal/detect/sigma"
	"sallyport/internal/errs"
)

const whole = `title: Several things
id: 1F0C9A4E-5d0b-4b0e-9d58-0f6f2a6d7a11
name: several
related:
    - id: 2f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a12
      type: derived
status: experimental
description: |
    What it finds.
license: Apache-2.0
references:
    - https://example.com/a
author: [Ann, Bob]
date: 2026/01/31
modified: 2026-02-28
tags:
    - attack.t1621
    - attack.credential-access
logsource:
    product: okta
    service: okta
    definition: needs the System Log
    custom: anything
detection:
    selection:
        eventType: user.session.start
    condition: selection
fields: [actor.id]
falsepositives: Somebody new
level: high
scope: server
taxonomy: sigma
sallyport: {entity: actor}
custom: 5
`

func TestMetadata(t *testing.T) {
	docs, err := sigma.Parse([]byte("\n---\n"+whole), sigma.Options{})
	if err != nil || len(docs) != 1 {
		t.Fatal(docs, err)
	}
	want := sigma.Meta{
		ID: "1f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a11", Name: "several", Title: "Several things", Status: "experimental", Level: "high",
		Description: "What it finds.", Author: "Ann, Bob", License: "Apache-2.0", Date: "2026-01-31", Modified: "2026-02-28",
		References: []string{"https://example.com/a"}, Tags: []string{"attack.t1621", "attack.credential-access"},
		FalsePositives: []string{"Somebody new"}, Fields: []string{"actor.id"}, Scope: []string{"server"},
		Related:   []sigma.Related{{ID: "2f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a12", Type: "derived"}},
		LogSource: sigma.LogSource{Product: "okta", Service: "okta", Definition: "needs the System Log"}, Line: 3,
	}
	got := *docs[0].Metadata()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(sigma.Meta{}, "Raw")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(got.Raw) != 2 || got.Raw["custom"].Value != "5" || got.Raw["sallyport"].Line != 35 {
		t.Errorf("raw: %v", got.Raw)
	}
}

// An error names the line in the file, the place, and what to do.
func TestParseErrors(t *testing.T) {
	const rule = "title: x\nlogsource: {product: okta}\ndetection:\n    s:\n        %s\n    condition: s\n"
	field := func(text string) string { return fmt.Sprintf(rule, text) }
	condition := func(text string) string {
		return "title: x\nlogsource: {product: okta}\ndetection:\n    s: {a: b}\n    t_1: {a: c}\n    condition: " + text + "\n"
	}
	meta := func(text string) string { return text + "\n" + field("a: b") }
	correlation := func(text string) string {
		return "title: x\ncorrelation:\n    " + strings.ReplaceAll(text, "; ", "\n    ")
	}
	const counted = "type: event_count; rules: [a]; timespan: 1h; condition: {gte: 5}; "
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"nothing":                       {"", "line 1: there is no document"},
		"only comments":                 {"# nothing\n---\n", "line 1: there is no document"},
		"no YAML":                       {"title: x\nid: [", "this is not YAML"},
		"a list":                        {"- title: x", "line 1: a map is wanted here"},
		"no title":                      {"logsource: {product: x}\ndetection: {s: {a: b}, condition: s}", "line 1, title: a rule needs a title"},
		"a long title":                  {strings.Replace(field("a: b"), "title: x", "title: "+strings.Repeat("x", 257), 1), "line 1, title: a title has at most 256"},
		"no detection":                  {"title: x", "line 1, detection: a rule needs a detection:"},
		"no log source":                 {"title: x\ndetection: {s: {a: b}, condition: s}", "line 1, logsource: a rule needs a logsource:"},
		"two bodies":                    {field("a: b") + "filter: {}\n", "line 1: a document has one of detection, correlation and filter"},
		"a collection of Sigma 1":       {meta("action: global"), "line 1, action: collections of Sigma 1"},
		"an id":                         {meta("id: 12"), "line 1, id: an id is a UUID"},
		"a level":                       {meta("level: urgent"), "line 1, level: this is one of informational, low"},
		"a status":                      {meta("status: done"), "line 1, status: this is one of stable"},
		"a date":                        {meta("date: 31.1.2026"), "line 1, date: a date is written as 2026-01-31"},
		"a tag":                         {meta("tags: [attack.T1621]"), "line 1, tags: the tag attack.T1621"},
		"a tag without a namespace":     {meta("tags: [attack]"), "line 1, tags: the tag attack is not"},
		"a taxonomy":                    {meta("taxonomy: ours"), "line 1, taxonomy: only the taxonomy sigma"},
		"a kind of relation":            {meta("related:\n    - {id: 1f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a11, type: cousin}"), "line 2, related.type: this is one of derived"},
		"half a relation":               {meta("related:\n    - {type: similar}"), "line 2, related: a related rule needs an id and a type"},
		"a list as a title":             {meta("description: [a]"), "line 1, description: one text is wanted"},
		"a map as a list":               {meta("references: {a: b}"), "line 1, references: a list of texts is wanted"},
		"lines of a later document":     {field("a: b") + "---\n" + field("a|foo: b"), `line 12, detection.s.a|foo: there is no modifier "foo"; there are all, contains`},
		"everything that is wrong":      {meta("level: urgent\nstatus: done"), "status: this is one of"},
		"a key twice":                   {field("a: b\n        a: c"), "line 6, detection.s.a: this stands here twice"},
		"a key that is a list":          {field("? [a]\n        : c"), "line 5, detection.s: a name is wanted here"},
		"merged maps":                   {"title: x\nlogsource: {product: okta}\ndetection: {s: &s {a: b}, t: {<<: *s}, condition: s}", "line 3, detection.t: merging maps by <<"},
		"an alias of itself":            {"title: x\nlogsource: {product: okta}\ndetection: {s: &s [*s], condition: s}", "line 3"},
		"aliases of aliases":            {"title: x\nlogsource: {product: okta}\ndetection:\n    a: &a [x,x,x,x,x,x,x,x,x,x]\n    b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n    condition: a", "a map of fields or a text is wanted"},
		"an empty search":               {"title: x\nlogsource: {product: okta}\ndetection:\n    s:\n    condition: s", "line 4, detection.s: there is nothing in this search"},
		"an empty map":                  {"title: x\nlogsource: {product: okta}\ndetection:\n    s: {}\n    condition: s", "line 4, detection.s: there is nothing in this map"},
		"an empty list of searches":     {"title: x\nlogsource: {product: okta}\ndetection:\n    s: []\n    condition: s", "line 4, detection.s: there is nothing in this list"},
		"an empty list of values":       {field("a: []"), "line 5, detection.s.a: the list is empty and would match nothing"},
		"lists in lists":                {field("a: [[b]]"), "line 5, detection.s.a: a list has plain values"},
		"a map as a value":              {field("a: {b: c}"), "line 5, detection.s.a: a map is no value; write the whole path"},
		"a map that is no placeholder":  {field("a: {a name}"), "line 5, detection.s.a: a map is no value; write the whole path of a field as its name, quote a text in braces"},
		"an empty part of a path":       {field("a..b: c"), "line 5, detection.s.a..b: the field has an empty part"},
		"a time frame":                  {"title: x\nlogsource: {product: okta}\ndetection: {s: {a: b}, timeframe: 5m, condition: s}", "line 3, detection.timeframe: a time frame belongs to a correlation"},
		"a modifier twice":              {field("a|all|all: [b, c]"), `the modifier "all" stands here twice`},
		"two comparisons":               {field("a|contains|startswith: b"), "contains and startswith exclude each other"},
		"two parts of a time":           {field("a|hour|day: 5"), "hour and day exclude each other"},
		"a part of a time, compared":    {field("a|hour|contains: 5"), "hour goes with numbers alone"},
		"no hour":                       {field("a|hour: 24"), "a hour is a whole number from 0 to 23"},
		"no hour less than":             {field("a|hour|lt: 0"), "no hour is lt 0"},
		"a flag without re":             {field("a|i: b"), "i stands after re"},
		"an encoding too late":          {field("a|contains|base64offset: b"), "base64offset stands before contains: write field|base64offset|contains"},
		"an encoded expression":         {field("a|wide|re: b"), "re cannot be used with wide"},
		"a cased number":                {field("a|cased|gt: 5"), "gt has no use for cased"},
		"all numbers":                   {field("a|gt|all: [4, 5]"), "all cannot be used with numbers"},
		"all of one":                    {field("a|contains|all: b"), "all needs several values"},
		"exists with others":            {field("a|exists|neq: true"), "this modifier stands alone"},
		"exists maybe":                  {field("a|exists: maybe"), "exists has the value true or false"},
		"same without a map":            {field("a|same: b"), "same has a map of fields"},
		"no network":                    {field("a|cidr: 10.0.0.0/33"), `"10.0.0.0/33" is no network; write one such as`},
		"no number":                     {field("a|gt: ten"), `"ten" is no number`},
		"no finite number":              {field("a: .inf"), `".inf" is no number that an event can have`},
		"contains nothing":              {field("a|contains: ''"), "every text has an empty one in it"},
		"null contains":                 {field("a|contains: null"), "null goes with no modifier"},
		"look-ahead again and again":    {field("a|re: '(?!y)*x'"), "a look-ahead is repeated"},
		"look-behind":                   {field("a|re: '(?<=y)x'"), "look-behind such as (?<=…)"},
		"a back-reference":              {field(`a|re: '(x)\1'`), "a back-reference"},
		"an atomic group":               {field(`a|re: '(?>x)'`), "an atomic group"},
		"a possessive quantifier":       {field(`a|re: 'x++'`), "a possessive quantifier"},
		"no expression":                 {field("a|re: '(x'"), "this is no regular expression of RE2's syntax: missing closing"},
		"a placeholder without values":  {field("a|expand: '%who%'"), "the placeholder %who% has no values; give it some"},
		"half a placeholder":            {field("a|expand: 'x%'"), "a placeholder is written as %name%"},
		"no placeholder":                {field("a|expand: x"), "there is no placeholder to expand"},
		"too many dashes":               {field("a|windash: '-a -a -a -a -a -a'"), "more than 3125 values"},
		"an encoded wildcard":           {field("a|base64: 'a*'"), "base64 cannot encode a wildcard"},
		"nothing to encode":             {field("a|base64: ''"), "base64 has nothing to encode"},
		"encoded twice":                 {field("a|wide|utf16: a"), "utf16 encodes text"},
		"dashes of bytes":               {field("a|wide|windash: a"), "windash stands before"},
		"fieldref with a comparison":    {field("a|fieldref|re: b"), "fieldref goes with contains"},
		"a keyword with a comparison":   {field("'|startswith': b"), "texts without a field are found anywhere"},
		"an empty keyword":              {field("'|all': ['', b]"), "an empty text is in every event"},
		"an empty detection":            {"title: x\nlogsource: {product: okta}\ndetection: {}", "line 3, detection: there is no search here"},
		"no search":                     {"title: x\nlogsource: {product: okta}\ndetection: {condition: s}", "line 3, detection: there is no search here"},
		"no condition":                  {"title: x\nlogsource: {product: okta}\ndetection: {s: {a: b}}", "line 3, detection.condition: a condition is missing"},
		"an empty condition":            {condition("' '"), "line 6, detection.condition: the condition is empty"},
		"an empty list of conditions":   {condition("[]"), "the list of conditions is empty"},
		"a condition that is a map":     {condition("{a: b}"), "a condition is a text"},
		"an unknown search":             {condition("s and u"), `there is no search "u"; there are s, t_1`},
		"a pattern alone":               {condition("s*"), "say how many: 1 of s*, or all of s*"},
		"a pattern of nothing":          {condition("1 of u*"), "1 of u*: there is no such search"},
		"too many":                      {condition("3 of them"), "3 of them can never hold, since there are 2"},
		"no number of":                  {condition("some of them"), `"some" is no number of searches`},
		"of nothing":                    {condition("1 of"), "1 of nothing"},
		"an open parenthesis":           {condition("(s or t_1"), `"the end" stands where a ( is to be closed by )`},
		"a parenthesis too many":        {condition("s)"), `")" does not fit after a whole condition`},
		"nothing after and":             {condition("s and"), `"the end" stands where the name of a search is wanted`},
		"or or":                         {condition("s or or t_1"), `"or" stands where`},
		"counting of Sigma 1":           {condition("'s | count() > 5'"), "counting by | in a condition is gone"},
		"a strange sign":                {condition("s & t_1"), `"&" does not fit at position 3`},
		"deep parentheses":              {condition(strings.Repeat("(", 200)), "nested deeper than 100"},
		"many nots":                     {condition(strings.Repeat("not ", 200)), "more than 100 times"},
		"a correlation without a type":  {correlation("rules: [a]; timespan: 1h"), "line 2, correlation.type: a correlation needs a type:"},
		"a correlation without rules":   {correlation("type: event_count; timespan: 1h"), "correlation.rules: a correlation needs rules:"},
		"a correlation without a span":  {correlation("type: event_count; rules: [a]"), "correlation.timespan: a correlation needs a timespan:"},
		"a correlation of no condition": {correlation("type: event_count; rules: [a]; timespan: 1h"), "correlation: event_count needs a condition:"},
		"a count of no field":           {correlation("type: value_count; rules: [a]; timespan: 1h; condition: {gte: 2}"), "value_count needs a field:"},
		"a type":                        {correlation("type: near; rules: [a]; timespan: 1h"), `line 3, correlation.type: there is no correlation "near"; there are event_count`},
		"a type of ours":                {correlation("type: absent; rules: [a]; timespan: 1h"), `there is no correlation "absent"`},
		"a span":                        {correlation("type: event_count; rules: [a]; timespan: 1 hour; condition: {gte: 1}"), "line 5, correlation.timespan: a time span is a number with s, m, h, d or w"},
		"a span of years":               {correlation("type: event_count; rules: [a]; timespan: 401d; condition: {gte: 1}"), "a time span is a number"},
		"a setting":                     {correlation(counted + "window: 5"), "line 7, correlation.window: there is no such setting"},
		"a setting of ours":             {correlation(counted + "without: [b]"), "stand as sallyport: correlation:"},
		"a condition of words":          {correlation("type: temporal; rules: [a, b]; timespan: 1h; condition: a and b"), "a condition is a map, such as gte: 10"},
		"a bound":                       {correlation("type: event_count; rules: [a]; timespan: 1h; condition: {gte: '{n}'}"), "a number is wanted here"},
		"a high bound":                  {correlation("type: event_count; rules: [a]; timespan: 1h; condition: {gte: 10001}"), "a count is compared with at most 10000"},
		"an unknown bound":              {correlation("type: event_count; rules: [a]; timespan: 1h; condition: {atleast: 10}"), "there is no such setting of a condition"},
		"a rule twice":                  {correlation("type: temporal; rules: [a, a]; timespan: 1h"), `the rule "a" stands here twice`},
		"a group twice":                 {correlation(counted + "group-by: [a, a]"), `"a" stands here twice`},
		"a group that is no path":       {correlation(counted + "group-by: ['a[b].c']"), "chooses elements as target[type=User].id does"},
		"a percentile":                  {correlation("type: value_percentile; rules: [a]; timespan: 1h; condition: {gte: 1, field: a, percentile: 101}"), "from 0 to 100"},
		"a filter of nothing":           {"title: x\nlogsource: {product: okta}\nfilter: {s: {a: b}, condition: s}", "line 3, filter.rules: a filter needs rules:"},
		"a filter without a condition":  {"title: x\nlogsource: {product: okta}\nfilter: {rules: any, s: {a: b}}", "filter.condition: a condition is missing"},
		"a filter without a log source": {"title: x\nfilter: {rules: any, s: {a: b}, condition: s}", "logsource: a rule needs a logsource:"},
		"too long a text":               {strings.Repeat(" ", 1<<20+1), "longer than a megabyte"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sigma.Parse([]byte(c.text), sigma.Options{})
			if _, ok := errors.AsType[*sigma.Error](err); !ok || errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// What can be read is returned beside the errors of what cannot.
func TestParseSome(t *testing.T) {
	bad := strings.Replace(whole, "level: high", "level: highest", 1)
	docs, err := sigma.Parse([]byte(whole+"---\n"+bad+"---\n"+whole), sigma.Options{})
	if len(docs) != 2 || err == nil || !strings.HasPrefix(err.Error(), "line 65, level:") {
		t.Errorf("%d documents, %v", len(docs), err)
	}
}

func TestUnfilled(t *testing.T) {
	const text = "title: x\nlogsource: {product: okta}\ndetection: {s: {a: ['{one}', 'x{two}{one}'], b|re: 'a{2}{three}'}, condition: s}"
	docs, err := sigma.Parse([]byte(text), sigma.Options{Placeholders: map[string][]string{"two": {"2"}}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"one"}, docs[0].Metadata().Unfilled); diff != "" {
		t.Error(diff)
	}
}

func TestCorrelation(t *testing.T) {
	const text = `title: x
correlation:
    type: value_count
    rules: [fails, 1f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a11]
    group-by: [who, data.client.ipAddress, 'data.target[type=User].id']
    aliases:
        who: {fails: data.actor.id, other: data.user}
    timespan: 90m
    generate: true
    condition: {gt: 5, lte: 9, field: [data.a, 'data.b{}']}
---
title: y
sallyport:
    correlation: {type: absent, rules: [a], without: [b], group-by: [c], timespan: 12h}
---
title: z
sallyport:
    correlation: {type: first_seen, rules: [a], group-by: [c], field: d, timespan: 4w, learning: 7d}
`
	docs, err := sigma.Parse([]byte(text), sigma.Options{Prefix: "data."})
	if err != nil {
		t.Fatal(err)
	}
	want := []sigma.Document{
		&sigma.Correlation{
			Type: correlate.ValueCount, Rules: []string{"fails", "1f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a11"},
			GroupBy:  []string{"who", "client.ipAddress", "target[type=User].id"},
			Aliases:  map[string]map[string]string{"who": {"fails": "actor.id", "other": "user"}},
			Timespan: 90 * time.Minute, Field: []string{"a", "b"}, Generate: true,
			Condition: correlate.Condition{Bounds: []correlate.Bound{{Op: "gt", Value: 5}, {Op: "lte", Value: 9}}},
		},
		&sigma.Correlation{Type: correlate.Absent, Rules: []string{"a"}, Without: []string{"b"}, GroupBy: []string{"c"}, Timespan: 12 * time.Hour},
		&sigma.Correlation{
			Type: correlate.FirstSeen, Rules: []string{"a"}, GroupBy: []string{"c"}, Field: []string{"d"},
			Timespan: 28 * 24 * time.Hour, Learning: 7 * 24 * time.Hour,
		},
	}
	if diff := cmp.Diff(want, docs, cmpopts.IgnoreTypes(sigma.Meta{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFilter(t *testing.T) {
	for rules, want := range map[string]sigma.Filter{
		"any": {Any: true}, "[any]": {Any: true}, "[a, 1f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a11]": {Rules: []string{"a", "1f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a11"}},
	} {
		text := "title: f\nlogsource: {product: okta}\nfilter: {rules: " + rules + ", f: {c: d}, condition: not f}"
		docs, err := sigma.Parse([]byte(text), sigma.Options{})
		if err != nil {
			t.Fatal(err)
		}
		want.Expr = detect.Not{Expr: detect.Test{Path: "c", Values: []detect.Value{{Text: "d"}}}}
		if diff := cmp.Diff(fmt.Sprint(want.Any, want.Rules, want.Expr), fmt.Sprint(docs[0].(*sigma.Filter).Any, docs[0].(*sigma.Filter).Rules, docs[0].(*sigma.Filter).Expr)); diff != "" {
			t.Errorf("%s: %s", rules, diff)
		}
	}
}

// Whatever is written, it is documents or errors that say where, and never a
// document without a condition.
func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("title: x\ncorrelation: {type: temporal, rules: [a, b], timespan: 5m, aliases: {a: {b: c}}, group-by: [a]}")
	f.Add("title: x\nlogsource: {product: okta}\nfilter: {rules: any, s: [{a|re|i: 'x(y'}, b], condition: 1 of s* or not (s)}")
	f.Add("title: x\nlogsource: {product: okta}\ndetection: {s: {a|windash|base64offset|contains: '-x *', b|cidr: 1.1.1.1/8, c|hour|gt: 5}, condition: s}")
	f.Add("title: x\nlogsource: {product: okta}\ndetection: {s: &x {a|same: [{b: *x}], c|fieldref: d, e|expand: '%f%'}, condition: all of them}")
	options := sigma.Options{Placeholders: map[string][]string{"f": {"1", "*"}}, Fields: map[string]string{"a": "b.c"}, Prefix: "data."}
	f.Fuzz(func(t *testing.T, text string) {
		docs, err := sigma.Parse([]byte(text), options)
		if err != nil {
			if e, ok := errors.AsType[*sigma.Error](err); !ok || e.Line < 1 || e.Msg == "" {
				t.Fatalf("%v", err)
			}
		}
		for _, d := range docs {
			if r, ok := d.(*sigma.Rule); ok && r.Expr == nil && r.Raw["sallyport"] == nil {
				t.Fatal("a rule without a condition")
			}
			if d.Metadata().Title == "" {
				t.Fatal("a document without a title")
			}
		}
	})
}
