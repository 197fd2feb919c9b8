package migration_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"sallyport/internal/flopack"
	"sallyport/internal/functions"
	"sallyport/internal/migration"
)

func quote(s string) string {
	b, _ := json.Marshal(s) // a text always can be
	return string(b)
}

func strconvQuote(s string) string { return strconv.Quote(s) }

// chain is an export of one flow of cards, one after the other.
func chain(cards ...string) string {
	var orderings []string
	for i := range cards {
		if i > 0 {
			orderings = append(orderings, fmt.Sprintf(`"o%d":["c%d","c%d"]`, i, i-1, i))
		}
	}
	return `{"type":"flopack","version":"1.5.0","data":{"flos":{"f":{"name":"Long","data":{"methods":[` + strings.Join(cards, ",\n") + `],"orderings":{` + strings.Join(orderings, ",") + `}}}}}}`
}

func card(i int, address, inputs, outputs, pins string) string {
	return fmt.Sprintf(`{"uuid":"c%d","address":%q,"node":{"model":{"displayed":true,"inputs":{"data":{%s}},"outputs":{"data":{%s}}}},"pins":{%s}}`, i, address, inputs, outputs, pins)
}

func field(id, key, data string) string {
	return fmt.Sprintf(`%q:{"key":%q,"value":{"type":"string","data":%s}}`, id, key, data)
}

// What is large, deep or spiteful is translated in time, or refused with the place.
func TestHostile(t *testing.T) {
	start := card(0, "root:kernel:control:0.0.1:callable", "", field("o", "x", `""`), `"o":{"c1":[{"input":"i"}]}`)
	long := []string{start}
	for i := 1; i < 15_000; i++ {
		long = append(long, card(i, "root:kernel:string:0.0.1:trim", field("i", "string", `""`), field("o", "output", `""`), fmt.Sprintf(`"o":{"c%d":[{"input":"i"}]}`, i+1)))
	}
	long = append(long, card(15_000, "root:kernel:control:0.0.1:return", field("i", "x", `""`), "", ""))
	big := strings.Repeat("x", 48<<20)
	deep := strings.Repeat(`{"a":`, 300) + "1" + strings.Repeat("}", 300)
	expands := []string{start}
	for i := 1; i < 3000; i++ {
		expands = append(expands, strings.Replace(card(i, "root:kernel:object:0.0.1:expand", field("i", "object", `""`), `"o":{"key":"value","value":{"type":"string","metadata":{"path":["a"]}}}`,
			fmt.Sprintf(`"o":{"c%d":[{"input":"i"}]}`, i+1)), `"displayed":true`, `"displayed":false`, 1))
	}
	expands = append(expands, card(3000, "root:kernel:control:0.0.1:return", field("i", "x", `""`), "", ""))
	for name, tt := range map[string]struct{ text, says string }{
		"15,000 cards":     {chain(long...), ""},
		"48 MB of a text":  {chain(start, card(1, "root:kernel:string:0.0.1:trim", field("j", "string", quote(big))+","+field("i", "x", `""`), "", "")), "the flow would be larger than 8 MB"},
		"a deep value":     {chain(start, card(1, "root:kernel:json:0.0.1:stringify", strings.Replace(field("j", "object", deep), `"string","data"`, `"object","data"`, 1)+","+field("i", "x", `""`), "", "")), "nested too deep"},
		"a deep reference": {strings.Replace(chain(expands...), `"o1":`, `"x":["c0","c3000"],"o1":`, 1), "a reference leads deeper than"},
	} {
		t.Run(name, func(t *testing.T) {
			d, problems, err := flopack.Parse([]byte(tt.text))
			if err != nil || len(problems) > 0 {
				t.Fatalf("%v, %v", problems, err)
			}
			res, err := migration.Translate(d, migration.Catalogue{Functions: functions.All()})
			if tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says) || res != nil) || tt.says == "" && err != nil {
				t.Errorf("said %.300v, want %q", err, tt.says)
			}
		})
	}
}

// An export that is wrong is refused as a whole, with what is wrong and where.
func TestWrong(t *testing.T) {
	sound := chain(card(0, "root:kernel:control:0.0.1:callable", "", field("o", "x", `""`), `"o":{"c1":[{"input":"i"}]}`), card(1, "root:kernel:control:0.0.1:return", field("i", "x", `""`), "", ""))
	d, problems, err := flopack.Parse([]byte(strings.Replace(sound, `"o1":["c0","c1"]`, `"o1":["c0","c1"],"o2":["c1","c0"]`, 1)))
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	res, err := migration.Translate(d, migration.Catalogue{Functions: functions.All()})
	if res != nil || err == nil || !strings.Contains(err.Error(), "data.flos.f.data.methods[0]") || !strings.Contains(err.Error(), "goes in a circle") {
		t.Errorf("%v", err)
	}
}

// One card of very many fields is translated, or refused; [BenchmarkFields] tells
// how long it takes.
func TestManyFields(t *testing.T) {
	const most = 5000
	make := func(n int, fill func(i int) string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(fill(i))
		}
		return b.String()
	}
	named := func(side string) func(int) string {
		return func(i int) string { return field(fmt.Sprintf("%s%d", side, i), fmt.Sprintf("k%d", i), `""`) }
	}
	same := func(i int) string { return field(fmt.Sprintf("i%d", i), "k", `""`) }
	start := func(n int) string {
		return card(0, "root:kernel:control:0.0.1:callable", "", field("o", "x", `""`), `"o":{"c1":[`+make(n, func(i int) string { return fmt.Sprintf(`{"input":"i%d"}`, i) })+`]}`)
	}
	text := make(most-1, func(i int) string { return fmt.Sprintf("{{{k%d}}}", i) })
	secrets := field("t", "_text_", quote(strings.Repeat("AKIAABCDEFGHIJKLMNOP ", 20_000)))
	for name, tt := range map[string]struct{ text, says string }{
		"pinned inputs":       {chain(start(most), card(1, "root:kernel:object:0.0.1:construct", make(most, named("i")), "", "")), ""},
		"inputs of one name":  {chain(start(0), card(1, "root:kernel:list:0.0.1:construct", make(most, same), "", "")), ""},
		"placeholders":        {chain(start(most-1), card(1, "root:kernel:string:0.0.1:compose", make(most-1, named("i"))+","+field("t", "_text_", quote(text)), "", "")), ""},
		"inputs with outputs": {chain(start(0), card(1, "root:kernel:control:0.0.1:let", make(most, named("i")), make(most, named("o")), "")), ""},
		"secrets":             {chain(start(0), card(1, "root:kernel:string:0.0.1:compose", secrets, "", "")), ""},
		"too many":            {chain(start(0), card(1, "root:kernel:object:0.0.1:construct", make(most+9, named("i")), "", "")), "more than 5000 inputs or outputs on a card"},
		"too many in all": {chain(append([]string{start(0)}, strings.Split(make(51, func(i int) string {
			return card(i+1, "root:kernel:object:0.0.1:construct", make(most, named("i")), "", "") + "\x00"
		}), "\x00,")...)...), "more than 250000 inputs and outputs"},
	} {
		t.Run(name, func(t *testing.T) {
			d, problems, err := flopack.Parse([]byte(strings.ReplaceAll(tt.text, "\x00", "")))
			if err != nil || len(problems) > 1 || (tt.says == "") != (len(problems) == 0) || tt.says != "" && !strings.Contains(problems[0].Message, tt.says) {
				t.Fatalf("said %v, %v, want %q", problems, err, tt.says)
			}
			if tt.says != "" {
				return
			}
			if _, err := migration.Translate(d, migration.Catalogue{Functions: functions.All()}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// What is wrong behind hundreds of warnings is refused all the same: hidden cards
// that take from each other, and an order that goes in a circle.
func TestWrongBehindWarnings(t *testing.T) {
	start := card(0, "root:kernel:control:0.0.1:callable", "", field("o", "x", `""`), `"o":{"c1":[{"input":"i"}]}`)
	noisy := []string{start}
	for i := 1; i <= 210; i++ {
		noisy = append(noisy, card(i, "root:kernel:control:0.0.1:let", field("i", "k", `""`), field("o", "z", `""`), ""))
	}
	expand := func(i, next int) string {
		c := card(i, "root:kernel:object:0.0.1:expand", field("i", "object", `""`), field("o", "value", `""`), fmt.Sprintf(`"o":{"c%d":[{"input":"i"}],"c3":[{"input":"i"}]}`, next))
		return strings.Replace(c, `"displayed":true`, `"displayed":false`, 1)
	}
	end := card(3, "root:kernel:control:0.0.1:return", field("i", "x", `""`), "", "")
	two := func(second string) string {
		first := strings.TrimSuffix(chain(noisy...), "}}}")
		return first + `,` + strings.TrimPrefix(strings.Replace(second, `"f":{`, `"g":{`, 1), `{"type":"flopack","version":"1.5.0","data":{"flos":{`)
	}
	for name, second := range map[string]string{
		"wires in a circle": strings.Replace(chain(strings.Replace(start, `"o":{"c1":[{"input":"i"}]}`, "", 1), expand(1, 2), expand(2, 1), end), `"o1":["c0","c1"],"o2":["c1","c2"],"o3":["c2","c3"]`, `"o1":["c0","c3"]`, 1),
		"order in a circle": strings.Replace(chain(start, card(1, "root:kernel:string:0.0.1:trim", field("i", "string", `""`), "", ""), card(2, "root:kernel:string:0.0.1:trim", "", "", "")), `"o1":`, `"o3":["c2","c1"],"o1":`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			d, problems, err := flopack.Parse([]byte(two(second)))
			if err != nil || len(problems) > 0 {
				t.Fatal(problems, err)
			}
			if res, err := migration.Translate(d, migration.Catalogue{Functions: functions.All()}); res != nil || err == nil {
				t.Errorf("translated all the same: %v", err)
			}
		})
	}
}

func FuzzTranslate(f *testing.F) {
	f.Add(chain(card(0, "root:kernel:control:0.0.1:callable", "", field("o", "x", `""`), `"o":{"c1":[{"input":"i"}]}`), card(1, "root:kernel:control:0.0.1:return", field("i", "x", `""`), "", "")))
	cat := catalogue(f)
	for _, cards := range cards {
		if text, err := migration.Export(whole(f, cards), cat); err == nil {
			f.Add(string(text))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, problems, err := flopack.Parse([]byte(text))
		if err != nil {
			return
		}
		for _, p := range problems {
			if !p.Warning {
				return
			}
		}
		if res, err := migration.Translate(d, cat); err == nil {
			_, _ = migration.Export(res, cat) // it may hold what only our flows have
		}
	})
}

// A card of many fields takes no longer by field than one of few.
func BenchmarkFields(b *testing.B) {
	for _, n := range []int{50, 500, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			fields := make([]string, n-1)
			text := ""
			for i := range fields {
				fields[i] = field(fmt.Sprintf("i%d", i), fmt.Sprintf("k%d", i), `""`)
				text += fmt.Sprintf("{{{k%d}}}", i)
			}
			start := card(0, "root:kernel:control:0.0.1:callable", "", field("o", "x", `""`), `"o":{"c1":[{"input":"i0"}]}`)
			all := strings.Join(append(fields, field("t", "_text_", quote(text))), ",")
			pack := []byte(chain(start, card(1, "root:kernel:string:0.0.1:compose", all, "", "")))
			for b.Loop() {
				d, _, err := flopack.Parse(pack)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := migration.Translate(d, migration.Catalogue{Functions: functions.All()}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/field")
		})
	}
}
