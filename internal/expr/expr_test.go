package expr_test

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"sallyport/internal/expr"
	"sallyport/internal/value"
)

func scope(t testing.TB) map[string]any {
	t.Helper()
	v, err := value.ParseJSON([]byte(`{
		"event": {"actor": {"alternateId": "ada@acme.example", "type": "User"}, "client": {"ipAddress": "10.1.2.3"},
			"target": [{"type": "User", "id": "00u1"}, {"type": "UserGroup", "id": "00g1"}], "severity": null, "legacy": "",
			"debugContext": {"debugData": {"requestUri": "/api/v1/users"}}},
		"status": 404, "ratio": 2.5, "empty": [], "nothing": null, "on": true, "text": "{\"a\":[1]}"}`))
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]any{"at": time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	maps.Insert(vars, v.(*value.Object).All())
	return vars
}

func names(vars map[string]any) []string {
	out := []string{"absent"}
	for k := range vars {
		out = append(out, k)
	}
	return out
}

func TestEval(t *testing.T) {
	vars := scope(t)
	tests := map[string]string{ // expression: its value as JSON
		// What is not there.
		`event.actor.alternateId`:                           `"ada@acme.example"`,
		`event.outcome.reason.deep`:                         `null`,
		`event["actor"]["type"]`:                            `"User"`,
		`event.target[1].id`:                                `"00g1"`,
		`event.target[7].id`:                                `null`,
		`event.target[-1]`:                                  `null`,
		`event.actor.alternateId.oops`:                      `null`,
		`absent`:                                            `null`,
		`absent.anything == null`:                           `true`,
		`has(event.actor.type)`:                             `true`,
		`has(event.severity)`:                               `true`,
		`has(event.actor.nope)`:                             `false`,
		`has(absent.a.b)`:                                   `false`,
		`event.severity == "WARN"`:                          `false`,
		`event.severity < 3 || event.severity > 3`:          `false`,
		`event.nope.startsWith("a")`:                        `false`,
		`event.nope.contains("a")`:                          `false`,
		`event.nope.matches("a")`:                           `false`,
		`size(event.nope)`:                                  `0`,
		`event.nope.size() + event.target.size()`:           `2`,
		`"x" in event.nope`:                                 `false`,
		`event.nope.exists(x, true)`:                        `false`,
		`1 + 1.5`:                                           `2.5`,
		`[1, 2][0.0] + size("abc") * 1.5`:                   `5.5`,
		`1.0 == 1 && 2 > 1.5`:                               `true`,
		`event.nope.all(x, false)`:                          `true`,
		`event.nope.map(x, x.id)`:                           `[]`,
		`!event.nope`:                                       `true`,
		`event.nope && true`:                                `false`,
		`event.nope ? "yes" : "no"`:                         `"no"`,
		`"Dear " + event.nope + "!"`:                        `"Dear !"`,
		`event.nope + 1`:                                    `1`,
		`event.nope * 2`:                                    `null`,
		`event.nope.lowerAscii()`:                           `null`,
		`event.nope.orElse("x") + event.legacy.orElse("y")`: `"xy"`,
		`event.actor.type.orElse("x")`:                      `"User"`,

		// Numbers are one kind.
		`status == 404 && status == 404.0`:  `true`,
		`status / 8`:                        `50.5`,
		`5 / 2`:                             `2.5`,
		`4 / 2`:                             `2`,
		`ratio + 1`:                         `3.5`,
		`1 + ratio`:                         `3.5`,
		`status % 400`:                      `4`,
		`status >= 400 && ratio < 3`:        `true`,
		`status > "400"`:                    `false`,
		`status == "404"`:                   `false`,
		`string(1000000 * 10)`:              `"10000000"`,
		`"status " + status + ", " + ratio`: `"status 404, 2.5"`,
		`-status`:                           `-404`,
		`[10, 20][ratio - 1.5]`:             `20`,

		// Walking.
		`event.target.exists(t, t.type == "UserGroup")`:         `true`,
		`event.target.filter(t, t.type == "User").map(t, t.id)`: `["00u1"]`,
		`event.target.map(t, t.id).join(", ")`:                  `"00u1, 00g1"`,
		`event.target.first().id + event.target.last().id`:      `"00u100g1"`,
		`empty.first()`:                                  `null`,
		`["", "a"].join("-")`:                            `"-a"`,
		`[1, "a", 1.0, null, null].distinct()`:           `[1,"a",null]`,
		`event.actor.map(k, k)`:                          `["alternateId","type"]`,
		`"type" in event.actor && !("x" in event.actor)`: `true`,
		`event.actor == {"type": "User", "alternateId": "ada@acme.example"}`: `true`,
		`event.actor == {"type": "User"}`:                                    `false`,
		`[1, 2] + [3]`:                                                       `[1,2,3]`,
		`{"b": 1, "a": [event.severity]}`:                                    `{"a":[null],"b":1}`,
		`cel.bind(a, event.actor, a.type + a.alternateId)`:                   `"Userada@acme.example"`,
		`on ? [1] : "none"`:                                                  `[1]`,
		`on ? null : 1`:                                                      `null`,

		// Functions.
		`"  Ada ".trim().lowerAscii() + "b".upperAscii()`:                            `"adaB"`,
		`"ü?>".base64() + " " + "w7w_Pg".base64Decode() + "w7w/Pg==".base64Decode()`: `"w7w/Pg== ü?>ü?>"`,
		`file("a,b")`: `{"name":"file","type":"text/plain; charset=utf-8","size":3,"data":"YSxi"}`,
		`[file({"name": "x.csv", "base64": "YSxi"}).size, file(null)]`:      `[3,null]`,
		"xml('<a b=\"1\"><c>x</c><c/></a>')":                                `{"a":{"@b":"1","c":["x",""]}}`,
		`[xml("no"), xml("<!DOCTYPE a><a/>")]`:                              `[null,null]`,
		`[[1, 2], 3, [], [[4]]].flatten()`:                                  `[1,2,3,[4]]`,
		`["a", "b"].indexes().map(i, [text(i) + "x", i]).object()`:          `{"0x":0,"1x":1}`,
		`[["a", 1], ["a", null]].object()`:                                  `{"a":null}`,
		`["a".base64Decode(), "/w==".base64Decode()]`:                       `[null,null]`,
		`"a-b-c".replace("-", "+")`:                                         `"a+b+c"`,
		`"a,b".split(",")`:                                                  `["a","b"]`,
		`"héllo".substring(1, 3) + "héllo".substring(4) + "x".substring(9)`: `"élo"`,
		`"héllo".indexOf("l")`:                                              `2`,
		`"acme.okta.com".regexExtract("^([a-z]+)[.]")`:                      `"acme"`,
		`"acme".regexExtract("[0-9]")`:                                      `null`,
		`"a1b22".regexReplace("([0-9]+)", "<$1>")`:                          `"a<1>b<22>"`,
		`"acme.okta.com".matches("^acme[.]")`:                               `true`,
		`"a%40b%2Fc+d".urlDecode() + "100%".urlDecode()`:                    `"a@b/c+d100%"`,
		`'uuid eq "x"'.urlEncode()`:                                         `"uuid+eq+%22x%22"`,
		`event.client.ipAddress.inCIDR("10.0.0.0/8")`:                       `true`,
		`event.client.ipAddress.inCIDR(["192.168.0.0/16", "::/0"])`:         `false`,
		`"nobody".inCIDR("10.0.0.0/8")`:                                     `false`,
		`"::ffff:10.1.1.1".inCIDR("10.0.0.0/8")`:                            `true`,
		`text(event.target[0]) + text(null) + text(1.5)`:                    `"{\"type\":\"User\",\"id\":\"00u1\"}1.5"`,
		`number("12.5") + number("x")`:                                      `12.5`,
		`json(text).a[0]`:                                                   `1`,
		`json("{")`:                                                         `null`,
		`date("2026-03-04T05:06:07Z") == at`:                                `true`,
		`at - duration("1h")`:                                               `"2026-03-04T04:06:07.000Z"`,
		`at.getHours() + (at - date("2026-03-04")).getMinutes()`:            `311`,
		`at > date("2026-01-01")`:                                           `true`,
		`duration("90s")`:                                                   `90`,
	}
	for source, want := range tests {
		t.Run(source, func(t *testing.T) {
			p, err := expr.Compile(source, names(vars)...)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Eval(vars)
			if err != nil {
				t.Fatal(err)
			}
			if string(value.JSON(got)) != want {
				t.Errorf("got %s, want %s", value.JSON(got), want)
			}
		})
	}
}

func TestObjectsPassThroughUncopied(t *testing.T) {
	actor := value.Map("z", 1.0, "a", 2.0)
	list := []any{actor}
	p, err := expr.Compile(`{"o": o, "l": l}`, "o", "l")
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Eval(map[string]any{"o": actor, "l": list})
	if err != nil {
		t.Fatal(err)
	}
	if got.(*value.Object).At("o") != any(actor) {
		t.Error("the object was copied")
	}
	if want := `{"l":[{"z":1,"a":2}],"o":{"z":1,"a":2}}`; string(value.JSON(got)) != want {
		t.Errorf("got %s, want %s", value.JSON(got), want)
	}
}

func TestCompileSaysWhere(t *testing.T) {
	tests := map[string]struct {
		source       string
		line, column int
		says         string
	}{
		"unknown name":     {"a == 1 &&\n  b == 2", 2, 3, "undeclared reference to 'b'"},
		"syntax":           {"a ==", 1, 5, "Syntax error"},
		"unknown function": {"a.shout()", 1, 8, "undeclared reference to 'shout'"},
		"wrong kinds":      {`1 + true`, 1, 3, "no matching overload"},
		"bad pattern":      {`a.matches("(")`, 1, 11, "is no pattern"},
		"empty":            {``, 1, 1, "Syntax error"},
		"inner names":      {`@sp_get(a, "b")`, 1, 1, "Syntax error"},
		"too long":         {"a" + strings.Repeat("+a", 20000), 1, 1, "longer than"},
		"too deep":         {strings.Repeat("(", 500) + "a" + strings.Repeat(")", 500), 1, 1, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := expr.Compile(tt.source, "a")
			e, ok := errors.AsType[*expr.Error](err)
			if !ok {
				t.Fatalf("error %v, want an expr.Error", err)
			}
			if e.Line != tt.line || e.Column != tt.column || !strings.Contains(e.Message, tt.says) {
				t.Errorf("got %v, want %d:%d and %q", e, tt.line, tt.column, tt.says)
			}
		})
	}
}

func TestEvalFails(t *testing.T) {
	long := strings.Repeat("x", 1000)
	big := make([]any, 1000)
	for i := range big {
		big[i] = float64(i)
	}
	tests := map[string]struct{ source, says string }{
		"wrong kind":           {`big.lowerAscii()`, "wrong kind"},
		"division by zero":     {`1 / zero`, "division by zero"},
		"out of range":         {`number("1e308") * 10`, "out of range"},
		"no network":           {`"10.0.0.1".inCIDR(long)`, "is no network"},
		"condition of a text":  {`long && true`, "neither true nor false"},
		"too many steps":       {`big.all(a, big.all(b, big.all(c, true)))`, "too much work"},
		"text that doubles":    {doubling(`a + a`), "longer than"},
		"list that doubles":    {`size(` + strings.ReplaceAll(doubling(`a + a`), "long", "big") + `)`, "longer than"},
		"text that multiplies": {`(long + long).replace("", long)`, "longer than"},
		"list that multiplies": {`big.map(a, big).map(b, b)`, "parts"},
		"walking a number":     {`zero.map(a, a)`, "cannot be walked"},
		"unknown pattern":      {`long.matches("[" + long)`, "pattern"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := expr.Compile(tt.source, "big", "long", "zero")
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Eval(map[string]any{"big": big, "long": long, "zero": 0.0})
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %.80s, %.200v; want an error that says %q", value.JSON(got), err, tt.says)
			}
		})
	}
}

// doubling nests an expression of a thirty times.
func doubling(inner string) string {
	out := "a"
	for range 30 {
		out = "cel.bind(a, " + inner + ", " + out + ")"
	}
	return "cel.bind(a, long, " + out + ")"
}

func TestTrue(t *testing.T) {
	for source, want := range map[string]bool{`x.y`: false, `x`: false, `true`: true, `1 < 2`: true} {
		p, err := expr.Compile(source, "x")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.True(nil); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", source, got, err, want)
		}
	}
	p, err := expr.Compile(`"yes"`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.True(nil); err == nil {
		t.Error("a text was taken for a condition")
	}
}

func TestFunctionsAreDescribed(t *testing.T) {
	for _, f := range expr.Functions() {
		if f.Use == "" || f.Help == "" || strings.HasSuffix(f.Help, ".") {
			t.Errorf("%q is described by %q", f.Use, f.Help)
		}
	}
}

func BenchmarkEval(b *testing.B) {
	vars := scope(b)
	p, err := expr.Compile(`event.actor.type == "User" && event.client.ipAddress.inCIDR("10.0.0.0/8") && event.target.exists(t, t.type == "UserGroup")`, names(vars)...)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if ok, err := p.True(vars); err != nil || !ok {
			b.Fatal(ok, err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		if _, err := expr.Compile(`event.actor.type == "User" && event.target.exists(t, t.type == "UserGroup")`, "event"); err != nil {
			b.Fatal(err)
		}
	}
}

// Whatever is written, nothing panics, it ends soon, it gives the same twice,
// and what it gives is a value.
func FuzzEval(f *testing.F) {
	for _, s := range []string{
		`a.b.c`, `a[0].x && b < 3 || !c`, `has(a.b) ? a.b : "x" + 1`, `a.map(x, x + a).join(",")`, `cel.bind(x, b + b, x.replace("", x))`,
		`c.split("").map(x, x.lowerAscii()).distinct()`, `[1,2.5,"3",null] == b`, `a.exists_one(x, x > 1) in [true]`, `timestamp("2026-01-01T00:00:00Z") - duration("1h")`,
		`c.regexReplace("(.)", "$1$1")`, `{"a": {"b": a}}.a.b[1]`, `type(a) == int`, `-9223372036854775808 / -1`, `"x".inCIDR(b)`, `google.protobuf.Timestamp{}`, `b"abc" + bytes("x")`,
	} {
		f.Add(s, `{"b":[1,2.5,"x"]}`)
	}
	f.Fuzz(func(t *testing.T, source, data string) {
		start := time.Now()
		p, err := expr.Compile(source, "a", "b", "c")
		if took := time.Since(start); took > 20*time.Second {
			t.Fatalf("%q took %v to compile", source, took)
		}
		if err != nil {
			if _, ok := errors.AsType[*expr.Error](err); !ok {
				t.Fatalf("error %v is no expr.Error", err)
			}
			return
		}
		v, err := value.ParseJSON([]byte(data))
		if err != nil {
			v = data
		}
		vars := map[string]any{"a": v, "b": []any{v, nil, 1.0}, "c": data}
		start = time.Now()
		got, err := p.Eval(vars)
		if took := time.Since(start); took > 20*time.Second {
			t.Fatalf("%q took %v", source, took)
		}
		again, errAgain := p.Eval(vars)
		if (err == nil) != (errAgain == nil) || err == nil && !value.Equal(got, again) {
			t.Fatalf("%q gave %v, %v and then %v, %v", source, got, err, again, errAgain)
		}
		if err == nil && !json.Valid(value.JSON(got)) {
			t.Fatalf("%q gave %s", source, value.JSON(got))
		}
	})
}

// What is compiled later gives the same, and says what is wrong when it is used.
func TestLater(t *testing.T) {
	p := expr.Later("a + 1", "a")
	for range 2 {
		if v, err := p.Eval(map[string]any{"a": 1.0}); err != nil || v != 2.0 {
			t.Errorf("%v, %v", v, err)
		}
	}
	if ok, err := expr.Later("a == ", "a").True(map[string]any{"a": 1.0}); err == nil || ok {
		t.Errorf("%v, %v", ok, err)
	}
}
