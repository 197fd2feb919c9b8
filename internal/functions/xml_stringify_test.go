package functions

import "testing"

func TestXmlStringify(t *testing.T) {
	check(t, "xml.stringify", map[string]example{
		"elements":     {`{"object":{"a":{"@b":"x\"<","c":[1,null,{"@d":true,"#text":"y"}],"e":"<&>"}}}`, `{"text":"<a b=\"x&#34;&lt;\"><c>1</c><c></c><c d=\"true\">y</c><e>&lt;&amp;&gt;</e></a>"}`},
		"a text":       {`{"object":{"a":"x"}}`, `{"text":"<a>x</a>"}`},
		"JSON text":    {`{"object":"{\"a\":1}"}`, `{"text":"<a>1</a>"}`},
		"null":         {`{}`, `{"text":""}`},
		"two elements": {`{"object":{"a":1,"b":2}}`, ``},
		"a list":       {`{"object":{"a":[1]}}`, ``},
		"list of list": {`{"object":{"a":{"b":[[1]]}}}`, ``},
		"no name":      {`{"object":{"a b><c":1}}`, ``},
		"no object":    {`{"object":"x"}`, ``},
	})
}
