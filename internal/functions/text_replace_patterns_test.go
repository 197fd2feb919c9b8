package functions

import (
	"strings"
	"testing"
)

func TestTextReplacePatterns(t *testing.T) {
	check(t, "text.replace_patterns", map[string]example{
		"one after another": {`{"text":"á à b","patterns":{"1":"[áà]","2":"b"},"replacement":"a","all":true}`, `{"text":"a a a"}`},
		"the first":         {`{"text":"1 2","patterns":{"1":"\\d"},"replacement":"x"}`, `{"text":"x 2"}`},
		"case does not":     {`{"text":"Aa","patterns":{"1":"a"},"replacement":"x","all":true,"case_sensitive":false}`, `{"text":"xx"}`},
		"groups":            {`{"text":"ab","patterns":{"1":"(a)(b)"},"replacement":"$2$1$3$$"}`, `{"text":"ba$3$"}`},
		"empty patterns":    {`{"text":"a","patterns":{"1":null,"2":""},"replacement":"x"}`, `{"text":"a"}`},
		"no patterns":       {`{"text":"a"}`, `{"text":"a"}`},
		"no pattern":        {`{"text":"a","patterns":{"1":"("}}`, ``},
		"endless":           {`{"text":"aaaaaaaaaa","patterns":{"1":"a","2":"","3":"b","4":"b","5":"b","6":"b","7":"b","8":"b"},"replacement":"bbbbbbbbbbbbbbbb","all":true}`, ``},
		"too large":         {`{"text":"a","patterns":{"1":"` + strings.Repeat("(.?){999}", 100) + `"}}`, ``},
		"too slow":          {`{"text":"` + strings.Repeat("a", 1<<15) + `","patterns":{"1":"a(.*b)?"},"all":true}`, ``},
		"null":              {`{"patterns":{"1":"a"}}`, `{"text":null}`},
	})
}
