package functions

import (
	"strings"
	"testing"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

// card is what a card of Okta Workflows is given and gives, by its own keys: a
// group stands before a slash.
type card struct{ method, in, want string }

// TestSemantics runs functions as cards of imported flows: through the keys of
// the card, and loosely. An empty want is an error.
func TestSemantics(t *testing.T) {
	for name, c := range cards() {
		t.Run(name, func(t *testing.T) {
			if got := runCard(t, c); got != c.want {
				t.Errorf("%s of %s gave %s, want %s", c.method, c.in, got, c.want)
			}
		})
	}
}

func runCard(t *testing.T, c card) string {
	t.Helper()
	var f function.Function
	for _, other := range All() {
		if other.Okta == c.method {
			f = other
		}
	}
	in, err := value.Load([]byte(c.in))
	if err != nil || f.ID == "" {
		t.Fatalf("%s is %q: %v", c.method, f.ID, err)
	}
	var inputs []function.Input
	for k, v := range in.(*value.Object).All() {
		group, key, ok := strings.Cut(k, "/")
		if !ok {
			group, key = "", k
		}
		inputs = append(inputs, function.Input{Key: function.Key{Group: group, Name: key}, Value: v})
	}
	args, unknown := f.Arguments(inputs)
	if len(unknown) > 0 {
		t.Fatalf("%s has no port for %v", f.ID, unknown)
	}
	result, err := f.Run(fixed(true), args)
	if err != nil {
		return ""
	}
	want, err := value.Load([]byte(c.want))
	if err != nil {
		t.Fatal(err)
	}
	wanted, _ := want.(*value.Object)
	out := value.NewObject(4)
	for k := range wanted.All() {
		v, ok := f.Output(result, function.Key{Name: k})
		if !ok {
			t.Fatalf("%s has no port for the output %s", f.ID, k)
		}
		out.Set(k, v)
	}
	return string(value.Store(out))
}

func cards() map[string]card {
	all := map[string]card{}
	for _, some := range []map[string]card{logicCards(), dateCards(), listCards(), numberCards(), objectCards(), textCards(), documentedCards()} {
		for name, c := range some {
			all[c.method+"/"+name] = c
		}
	}
	return all
}

func logicCards() map[string]card {
	return map[string]card{
		"texts of truths":          {"boolean:and", `{"a":"true","b":"True"}`, `{"output":true}`},
		"nothing is false":         {"boolean:and", `{"a":true,"b":null}`, `{"output":false}`},
		"a third input counts":     {"boolean:and", `{"a":true,"b":true,"x1":false}`, `{"output":false}`},
		"nothing at all":           {"boolean:or", `{"a":null,"b":""}`, `{"output":false}`},
		"one of three":             {"boolean:or", `{"a":null,"b":"","x":"true"}`, `{"output":true}`},
		"exactly one":              {"boolean:xor", `{"a":true,"b":"false"}`, `{"output":true}`},
		"two are not one":          {"boolean:xor", `{"a":true,"b":true}`, `{"output":false}`},
		"number above text":        {"boolean:compare", `{"left-operand":1,"operator":">","right-operand":"0"}`, `{"result":true}`},
		"texts in order":           {"boolean:compare", `{"left-operand":"80","operator":">","right-operand":"9"}`, `{"result":false}`},
		"no operator is equality":  {"boolean:compare", `{"left-operand":"false","operator":null,"right-operand":false}`, `{"result":true}`},
		"value that is left out":   {"control:assignIf", `{"left-operand":1,"operator":"==","right-operand":2,"valueIfTrue":"a"}`, `{"output":null}`},
		"values of several kinds":  {"control:assignIf", `{"left-operand":"","operator":"is empty","right-operand":null,"valueIfTrue":{"a":1},"valueIfFalse":false}`, `{"output":{"a":1}}`},
		"kept as it is":            {"control:let", `{"a.b":"1","list":[1],"nothing":null}`, `{"a.b":"1","list":[1],"nothing":null}`},
		"an option by its number":  {"control:lookup", `{"key":2,"else":"x","options/1":"one","options/2":"two"}`, `{"result":"two"}`},
		"no such option":           {"control:lookup", `{"key":"q","options/1":"one"}`, `{"result":null}`},
		"the option for nothing":   {"control:lookup", `{"key":null,"else":"x","options/null":"none"}`, `{"result":"none"}`},
		"base64 is the default":    {"crypto:hmac", `{"algorithm":"sha256","key":"k","data":"d","digest":null}`, `{"output":"5+ohw7y2Ok2jrXhQMWjTa9ygvmIjgupgoQj61OSWZnk="}`},
		"a text is parsed":         {"json:parse", `{"string":" [1,{\"a\":9007199254740993}] "}`, `{"output":[1,{"a":9007199254740993}]}`},
		"an object stays":          {"json:parse", `{"string":{"a":1}}`, `{"output":{"a":1}}`},
		"an empty text is nothing": {"json:parse", `{"string":""}`, `{"output":null}`},
		"other texts are errors":   {"json:parse", `{"string":"{a:1}"}`, ``},
		"a date in an object":      {"json:stringify", `{"object":{"z":{"$date":"2026-03-04T00:00:00Z"},"a":[1]}}`, `{"output":"{\"z\":\"2026-03-04T00:00:00.000Z\",\"a\":[1]}"}`},
		"no quotes around a text":  {"json:stringify", `{"object":"a"}`, `{"output":"a"}`},
	}
}

func dateCards() map[string]card {
	return map[string]card{
		"clamped to the month":      {"date:add", `{"start":"2026-01-31T10:00:00Z","scale":1,"unit":"months"}`, `{"output":{"$date":"2026-02-28T10:00:00.000Z"}}`},
		"no scale is 0":             {"date:add", `{"start":"2026-01-31","scale":null,"unit":"days"}`, `{"output":{"$date":"2026-01-31T00:00:00.000Z"}}`},
		"a scale below 0":           {"date:add", `{"start":"2026-01-31","scale":"-1","unit":"years"}`, `{"output":{"$date":"2025-01-31T00:00:00.000Z"}}`},
		"no start":                  {"date:subtract", `{"start":null,"scale":1,"unit":"days"}`, `{"output":null}`},
		"the key start is the end":  {"date:diff", `{"start":"2026-03-04T12:00:00Z","end":"2026-03-03T00:00:00Z"}`, `{"days":1.5,"hours":36,"minutes":2160,"seconds":129600,"milliseconds":129600000}`},
		"calendar months":           {"date:diff", `{"start":"2026-03-31","end":"2025-12-31"}`, `{"months":3,"years":0.25}`},
		"before 1970":               {"date:epoch", `{"start":"1969-12-31T23:59:59.500Z"}`, `{"output":-1}`},
		"milliseconds":              {"date:unix", `{"start":"2016-09-07T00:01:25.670Z"}`, `{"output":1473206485670}`},
		"no padding":                {"date:format", `{"start":"2024-01-08T10:20:30Z","format":"M/D/Y","zone":""}`, `{"output":"1/8/2024"}`},
		"a zone that is not known":  {"date:format", `{"start":"2024-01-08T10:20:30Z","format":"hh:mm a Z","zone":"America/Pacific"}`, `{"output":"10:20 am +00:00"}`},
		"a zone that is":            {"date:format", `{"start":"2024-07-08T10:20:30Z","format":"YYYY-MM-DD[T]HH:mm z","zone":"US/Pacific"}`, `{"output":"2024-07-08T03:20 PDT"}`},
		"no date":                   {"date:format", `{"start":null,"format":"D","zone":null}`, `{"output":null}`},
		"as the documentation does": {"date:fromISO", `{"start":"2016-09-07T00:01:25.670Z","format":null,"zone":null}`, `{"date":{"$date":"2016-09-07T00:01:25.670Z"},"iso":"2016-09-07T00:01:25Z","epoch":"1473206485","unix":"1473206485670","human":"Wed, September 7th at 12:01 AM","custom":null}`},
		"an offset is normalised":   {"date:fromISO", `{"start":"2016-09-07T02:01:25+02:00","format":"M/D/Y","zone":"Europe/Paris"}`, `{"iso":"2016-09-07T00:01:25Z","custom":"9/7/2016"}`},
		"no date at all":            {"date:fromISO", `{"start":"soon"}`, ``},
		"the day comes first":       {"date:parse", `{"start":"1/2/2016","format":"D/M/Y"}`, `{"output":{"$date":"2016-02-01T00:00:00.000Z"}}`},
		"a year of two digits":      {"date:parse", `{"start":"1/2/16","format":"M/D/YY"}`, `{"output":{"$date":"2016-01-02T00:00:00.000Z"}}`},
		"a number of milliseconds":  {"date:parse", `{"start":1656375171000,"format":"x"}`, `{"output":{"$date":"2022-06-28T00:12:51.000Z"}}`},
		"without a format":          {"date:parse", `{"start":"Mon, 27 Jun 2022 20:12:51 -0400","format":null}`, `{"output":{"$date":"2022-06-28T00:12:51.000Z"}}`},
		"another form":              {"date:parse", `{"start":"2022","format":"D/M/Y"}`, ``},
		"frozen":                    {"date:now", `{}`, `{"date":{"$date":"2026-03-04T05:06:07.008Z"},"iso":"2026-03-04T05:06:07Z","full":"Wed, March 4th at 5:06 AM","minute":6,"hour":5,"time":"5:06 AM","day":4,"month":"March","year":2026,"second":7,"millisecond":8}`},
	}
}

func listCards() map[string]card {
	return map[string]card{
		"a position in a text":         {"list:at", `{"list":["a","b"],"index":"1"}`, `{"item":"b"}`},
		"below 0":                      {"list:at", `{"list":["a"],"index":-1}`, `{"item":null}`},
		"behind the end":               {"list:at", `{"list":["a"],"index":1}`, `{"item":null}`},
		"no list":                      {"list:at", `{"list":null,"index":0}`, `{"item":null}`},
		"later fields win":             {"list:collapse", `{"list":[{"a":1,"b":1},null,{"b":2}]}`, `{"output":{"a":1,"b":2}}`},
		"items in order, null kept":    {"list:construct", `{"x":"a","b":null,"a":2}`, `{"list":["a",null,2]}`},
		"duplicates stay":              {"list:difference", `{"list1":["a","b","a",{"x":1}],"list2":["b",{"x":1}]}`, `{"list":["a","a"]}`},
		"no second list":               {"list:difference", `{"list1":["a"],"list2":null}`, `{"list":["a"]}`},
		"without a path":               {"list:filterBy", `{"list":["a","b"],"operator":"in","path":null,"comparison":"a,c"}`, `{"list":["a"]}`},
		"deeply equal":                 {"list:filterBy", `{"list":[{"a":{"b":[1]}},{"a":{}}],"operator":"==","path":"a","comparison":{"b":[1]}}`, `{"list":[{"a":{"b":[1]}}]}`},
		"found":                        {"list:findBy", `{"list":[{"id":1},{"id":2}],"operator":"==","path":"id","comparison":"2"}`, `{"item":{"id":2},"index":1}`},
		"not found":                    {"list:findBy", `{"list":[{"id":1}],"operator":"===","path":"id","comparison":"1"}`, `{"item":null,"index":-1}`},
		"one level":                    {"list:flatten", `{"lists":[[1,[2]],3,null]}`, `{"list":[1,[2],3,null]}`},
		"nothing":                      {"list:flatten", `{"lists":null}`, `{"list":[]}`},
		"a number by its text":         {"list:includes", `{"list":[1,2],"value":"2"}`, `{"result":true}`},
		"in nothing":                   {"list:includes", `{"list":null,"value":"2"}`, `{"result":false}`},
		"once, in the first's order":   {"list:intersection", `{"list1":[3,1,3,2],"list2":[2,3]}`, `{"list":[3,2]}`},
		"of three":                     {"list:intersection", `{"list1":[3,1,2],"list2":[2,3],"list3":[3]}`, `{"list":[3]}`},
		"kinds as texts":               {"list:join", `{"list":["a",null,1,{"b":true}],"delimiter":", "}`, `{"string":"a, , 1, {\"b\":true}"}`},
		"no separator":                 {"list:join", `{"list":["a","b"],"delimiter":null}`, `{"string":"ab"}`},
		"of nothing":                   {"list:length", `{"list":null}`, `{"length":0}`},
		"of a text":                    {"list:length", `{"list":"abc"}`, `{"length":0}`},
		"missing ones are null":        {"list:pluck", `{"list":[{"a":{"b":1}},{"c":2}],"key":"a.b"}`, `{"values":[1,null]}`},
		"no key is the item":           {"list:pluck", `{"list":["a",{"c":2}],"key":null}`, `{"values":["a",{"c":2}]}`},
		"the last":                     {"list:pop", `{"list":["a","b"]}`, `{"list":["a"],"item":"b"}`},
		"the last of none":             {"list:pop", `{"list":null}`, `{"list":[],"item":null}`},
		"the first of none":            {"list:shift", `{"list":[]}`, `{"list":[],"item":null}`},
		"at the end of none":           {"list:push", `{"list":null,"item":{"a":1}}`, `{"list":[{"a":1}]}`},
		"no more than there are":       {"list:sample", `{"list":["a"],"amount":10}`, `{"samples":["a"]}`},
		"numbers by value, nulls last": {"list:sortBy", `{"list":[10,null,9,9007199254740993,9007199254740992],"path":null}`, `{"sorted list":[9,10,9007199254740992,9007199254740993,null]}`},
		"each once, of three":          {"list:union", `{"list1":["a","b"],"list2":["b"],"xyz":["c","a"]}`, `{"union":["a","b","c"]}`},
		"of nulls":                     {"list:union", `{"list1":null,"list2":null}`, `{"union":[]}`},
		"the first by a path":          {"list:uniqueBy", `{"list":[{"a":1,"n":1},{"a":1,"n":2},{"a":2}],"path":"a"}`, `{"unique list":[{"a":1,"n":1},{"a":2}]}`},
	}
}

func numberCards() map[string]card {
	return map[string]card{
		"a text and nothing": {"math:add", `{"a":"1","b":null}`, `{"output":1}`},
		"up":                 {"math:ceil", `{"a":-1.5}`, `{"output":-1}`},
		"rounded to nothing": {"math:divide", `{"a":1,"b":8,"decimals":null}`, `{"output":0,"percentage":"13%"}`},
		"to decimals":        {"math:divide", `{"a":1,"b":8,"decimals":2}`, `{"output":0.13,"percentage":"12.5%"}`},
		"by 0":               {"math:divide", `{"a":1,"b":0,"decimals":2}`, ``},
		"by nothing":         {"math:multiply", `{"a":2,"b":null}`, `{"output":0}`},
		"a half":             {"math:round", `{"a":-2.5}`, `{"output":-2}`},
		"from nothing":       {"math:subtract", `{"a":null,"b":"2"}`, `{"output":-2}`},
		"addresses":          {"math:expression", `{"_text_":"({{{a}}}*256^3)+({{{b}}}*256^2)+({{{c}}}*256)+{{{d}}}","a":"69","b":"173","c":"127","d":"24"}`, `{"output":1168998168}`},
		"LDAP time":          {"math:expression", `{"_text_":"({{{LDAP}}}/10000)-11644473600000","LDAP":133008487710000000}`, `{"output":1656375171000}`},
		"LDAP time back":     {"math:expression", `{"_text_":"({{{unix}}} + 11644473600000) * 10000","unix":"1656375171000"}`, `{"output":133008487710000000}`},
		"nothing is 0":       {"math:expression", `{"_text_":"{{{a}}} + 1 # one more","a":null}`, `{"output":1}`},
		"powers and signs":   {"math:expression", `{"_text_":"-2^2 + 2^3^2 + 12%5 + 3!"}`, `{"output":516}`},
	}
}

func objectCards() map[string]card {
	return map[string]card{
		"at all depths":            {"object:clearEmpty", `{"object":{"a":"","b":{"c":null,"d":[]},"e":0,"f":[{"g":""}]},"recursive":true}`, `{"output":{"e":0}}`},
		"paths make objects":       {"object:construct", `{"commands.0.type":"x","commands.0.value.action":"DENY","a":null,"b":""}`, `{"output":{"commands":[{"type":"x","value":{"action":"DENY"}}],"a":null,"b":""}}`},
		"a path":                   {"object:get", `{"object":{"a":{"b.c":[1,2]}},"path":"a.b.c.1"}`, `{"output":2}`},
		"a path into a text":       {"object:get", `{"object":"{\"a\":1}","path":"a"}`, `{"output":1}`},
		"a path that is not there": {"object:get", `{"object":null,"path":"a"}`, `{"output":null}`},
		"in their order":           {"object:keys", `{"object":{"z":1,"a":2}}`, `{"keys":["z","a"]}`},
		"three of them":            {"object:merge", `{"start":{"a":1,"b":1},"sink":null,"object 3":{"b":{"c":1}},"x":{"d":1}}`, `{"output":{"a":1,"b":{"c":1},"d":1}}`},
		"with parents":             {"object:set", `{"object":{"a":1},"path":"b.c","value":"x"}`, `{"output":{"a":1,"b":{"c":"x"}}}`},
		"of nothing":               {"object:set", `{"object":null,"path":"b","value":"x"}`, `{"output":{"b":"x"}}`},
		"all":                      {"object:values", `{"object":{"z":1,"a":null}}`, `{"values":[1,null]}`},
	}
}

func textCards() map[string]card {
	return map[string]card{
		"UTF-8":                         {"string:base64", `{"string":"ä€"}`, `{"output":"w6Tigqw="}`},
		"UTF-8 again":                   {"string:base64Decode", `{"string":"w6TigqzD"}`, `{"output":"ä€�"}`},
		"values in a text":              {"string:compose", `{"_text_":"{{a}} {{{a b}}}{{{n}}} {{{l}}} {","a b":133008487710000000,"n":null,"l":["{{{n}}}"]}`, `{"output":"{{a}} 133008487710000000 [\"{{{n}}}\"] {"}`},
		"in their order":                {"string:concat", `{"string1":"a","string2":1,"x9":null,"b2":true}`, `{"output":"a1true"}`},
		"the first":                     {"string:email", `{"string":"to <ada@example.com>, x@y.org"}`, `{"email":"ada@example.com"}`},
		"nothing to look for":           {"string:find", `{"string":"abc","substr":""}`, `{"output":0}`},
		"not there":                     {"string:find", `{"string":"abc","substr":"B"}`, `{"output":-1}`},
		"from the right":                {"string:lastIndexOf", `{"string":"abcabc","substr":"a","index":2}`, `{"output":0}`},
		"the last one":                  {"string:lastIndexOf", `{"string":"abcabc","substr":"a","index":null}`, `{"output":3}`},
		"units of UTF-16":               {"string:length", `{"string":"a😀"}`, `{"length":3}`},
		"of nothing":                    {"string:length", `{"string":null}`, `{"length":0}`},
		"an expression":                 {"string:match", `{"string":"ab12","target":"[0-9]+"}`, `{"output":2}`},
		"the first only":                {"string:replace", `{"string":"a.a.","src":".","dest":null,"global":null,"sensitive":null}`, `{"output":"aa."}`},
		"all of them, in any case":      {"string:replace", `{"string":"aXAx","src":"a","dest":"-","global":"true","sensitive":false}`, `{"output":"-X-x"}`},
		"one expression after another":  {"string:replaceAny", `{"text":"a b-c","replacement":"_","global":true,"case sensitive":true,"patterns/x1":" ","patterns/b":"[-]"}`, `{"output":"a_b_c"}`},
		"a comma by default":            {"string:split", `{"string":"a, b","delimiter":null}`, `{"output":["a"," b"]}`},
		"several characters":            {"string:split", `{"string":"a::b","delimiter":"::"}`, `{"output":["a","b"]}`},
		"nothing":                       {"string:split", `{"string":null,"delimiter":","}`, `{"output":[]}`},
		"an empty text":                 {"string:split", `{"string":"","delimiter":","}`, `{"output":[""]}`},
		"no end":                        {"string:substr", `{"string":"abcdef","start":2,"end":null}`, `{"output":"cdef"}`},
		"start behind the end":          {"string:substr", `{"string":"abcdef","start":4,"end":"1"}`, `{"output":"bcd"}`},
		"outside":                       {"string:substr", `{"string":"abc","start":-5,"end":50}`, `{"output":"abc"}`},
		"of no text":                    {"string:toLowerCase", `{"string":null}`, `{"output":null}`},
		"of a number":                   {"string:trim", `{"string":9007199254740993}`, `{"output":"9007199254740993"}`},
		"what JavaScript leaves as is":  {"url:encodeComponent", `{"string":"a b&c/d?e=ä-_.!~*'()"}`, `{"output":"a%20b%26c%2Fd%3Fe%3D%C3%A4-_.!~*'()"}`},
		"a text of letters and digits":  {"string:random", `{"length":0}`, `{"output":""}`},
		"white space of JavaScript too": {"string:trim", `{"string":"\ufeff\u00a0 a\n"}`, `{"output":"a"}`},
	}
}

// documentedCards are cards that no exported flow has: their examples are those
// of the documentation, with its names of the fields.
func documentedCards() map[string]card {
	return map[string]card{
		"as documented":  {"boolean:expression", `{"_text_":"{{{n}}} > 3 and not {{{done}}}","n":"4","done":false}`, `{"output":true}`},
		"an example":     {"crypto:cipher", `{"algorithm":"aes-256-cbc","key":"my secret key","data":"My secret message!"}`, `{"output":"hrDDPCtB0Cijc8EFAHhABiYEKdYBgt+e63RGV288SOI="}`},
		"its opposite":   {"crypto:decipher", `{"algorithm":"aes-256-cbc","key":"my secret key","data":"hrDDPCtB0Cijc8EFAHhABiYEKdYBgt+e63RGV288SOI="}`, `{"output":"My secret message!"}`},
		"of a key":       {"crypto:aes", `{"algorithm":"aes-128-cbc","key":"my secret key","data":"My secret message!"}`, `{"output":"RTOnd5dSDvH8TXF/fiHQ7JuLuxxCpk4nAAfzg/1rHTY="}`},
		"of a text":      {"crypto:hash", `{"algorithm":"sha256","data":"My secret message!","digest":"base64"}`, `{"output":"KhyfFBt0DKFo4WcWbzrP+3FOAKe9Kp+c0BWZ3akwlE8="}`},
		"groups":         {"list:groupBy", `{"list":[{"a":1},{"a":3},{"a":3}],"path":"a"}`, `{"output":{"1":[{"a":1}],"3":[{"a":3},{"a":3}]}}`},
		"fields":         {"list:indexBy", `{"list":[{"fieldname":"x","myvalue":"one"}],"keyPath":"fieldname","valuePath":"myvalue"}`, `{"output":{"x":"one"}}`},
		"a part":         {"list:slice", `{"list":[90,91,92,93,94,95],"start":1,"end":4}`, `{"slice":[91,92,93]}`},
		"of numbers":     {"list:sum", `{"list":[1,2,3]}`, `{"sum":6}`},
		"one more":       {"math:increment", `{"a":21.2}`, `{"output":22.2}`},
		"without empty":  {"object:filter", `{"object":{"Name":"Emily","Age":"","Settings":{"test":{}}}}`, `{"output":{"Name":"Emily","Settings":{"test":{}}}}`},
		"renamed":        {"object:move", `{"object":{"one":"hello","two":"goodbye"},"source":"one","destination":"three"}`, `{"output":{"two":"goodbye","three":"hello"}}`},
		"key and value":  {"object:split", `{"object":{"foo":"bar"}}`, `{"list":[{"key":"foo","value":"bar"}]}`},
		"two lists":      {"object:unzip", `{"object":{"first.name":"John","last.name":"Doe"}}`, `{"keys":["first.name","last.name"],"values":["John","Doe"]}`},
		"of two lists":   {"object:zip", `{"keys":["a"],"values":[1]}`, `{"output":{"a":1}}`},
		"a query":        {"url:decode", `{"query":"name=John%20Doe&region=North%20America"}`, `{"output":{"name":"John Doe","region":"North America"}}`},
		"a query's text": {"url:encode", `{"query":{"name":"John Doe"}}`, `{"output":"name=John%20Doe"}`},
		"a component":    {"url:decodeComponent", `{"string":"Sherlock%20Holmes%3A%20Detective"}`, `{"output":"Sherlock Holmes: Detective"}`},
		"parts":          {"url:format", `{"protocol":"http","host":"www.test.com","port":8080,"path":"test url","query":"value=example"}`, `{"url":"http://www.test.com:8080/test%20url?value=example"}`},
		"of a URL":       {"url:parse", `{"url":"http://www.test.com:8080/test%20url?value=example&value2=URL"}`, `{"protocol":"http","host":"www.test.com","port":8080,"path":"/test%20url","query":"value=example&value2=URL"}`},
		"what it says":   {"jwt:decode", `{"token":"eyJhbGciOiJub25lIn0.eyJhIjoxfQ."}`, `{"header":{"alg":"none"}}`},
	}
}
