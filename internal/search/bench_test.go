package search

import (
	"fmt"
	"testing"
)

// realistic is an event with as many words of its own, and of others, as Okta's
// mostly have.
func realistic(i int) []byte {
	p := i * 7 % 5000
	return fmt.Appendf(nil, `{"actor":{"id":"00u%017d","type":"User","alternateId":"person%d@acme.example","displayName":"Person Number %d","detailEntry":null},`+
		`"client":{"userAgent":{"rawUserAgent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36","os":"Mac OS X","browser":"CHROME"},"zone":"null","device":"Computer","id":null,`+
		`"ipAddress":"203.0.%d.%d","geographicalContext":{"city":"Lyon","state":"Auvergne-Rhone-Alpes","country":"France","postalCode":"69001","geolocation":{"lat":45.76,"lon":4.83}}},"device":null,`+
		`"authenticationContext":{"authenticationProvider":null,"authenticationStep":0,"rootSessionId":"idx%020d","externalSessionId":"idx%020d"},`+
		`"displayMessage":"User single sign on to app","eventType":"user.authentication.sso","outcome":{"result":"SUCCESS","reason":null},"published":"2026-01-01T00:00:00.000Z",`+
		`"securityContext":{"asNumber":3215,"asOrg":"example carrier","isp":"example carrier","domain":"carrier.example","isProxy":false},"severity":"INFO",`+
		`"debugContext":{"debugData":{"initiationType":"DASHBOARD_INITIATED","deviceFingerprint":"%032x","requestId":"%032x","dtHash":"%064x","signOnMode":"SAML_2_0",`+
		`"requestUri":"/app/office365/exk%017d/sso/wsfed/active","url":"/app/office365/exk%017d/sso/wsfed/active?client-request-id=%032x","authnRequestId":"%032x"}},`+
		`"legacyEventType":"app.auth.sso","transaction":{"type":"WEB","id":"%032x","detail":{}},"uuid":"u%d","version":"0",`+
		`"request":{"ipChain":[{"ip":"203.0.113.7","geographicalContext":{"city":"Lyon","state":"Auvergne-Rhone-Alpes","country":"France","postalCode":"69001","geolocation":{"lat":45.76,"lon":4.83}},"version":"V4","source":null}]},`+
		`"target":[{"id":"0oa%017d","type":"AppInstance","alternateId":"Office","displayName":"Office","detailEntry":{"signOnModeType":"SAML_2_0"}},{"id":"0ua%017d","type":"AppUser","alternateId":"person%d@acme.example","displayName":"Person Number %d","detailEntry":null}]}`,
		p, p, p, i/250%250, i%250, i/6, i/6, i*7919, i*104729, i/6*1299709, i%90, i%90, i*15485863, i*179424673, i*104729, i, i%90, p, p, p)
}

func BenchmarkBlock(b *testing.B) {
	const docs = 2048
	events := make([][]byte, docs)
	for i := range events {
		events[i] = realistic(i)
	}
	builder := NewBuilder()
	size := 0
	for b.Loop() {
		for i, raw := range events {
			builder.Add(Doc{int64(i), int64(i)}, "s", raw)
		}
		size = sizeOf(builder.Block())
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*docs), "ns/event")
	b.ReportMetric(float64(size)/docs, "B/event")
}

func BenchmarkMerge(b *testing.B) {
	const docs, parts = 2048, 16
	builder := NewBuilder()
	var blocks []*Block
	for n := range docs * parts {
		builder.Add(Doc{int64(n), int64(n)}, "s", realistic(n))
		if builder.Len() == docs {
			blocks = append(blocks, builder.Block())
		}
	}
	size := 0
	for b.Loop() {
		merged, err := Merge(blocks)
		if err != nil {
			b.Fatal(err)
		}
		size = sizeOf(merged)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*docs*parts), "ns/event")
	b.ReportMetric(float64(size)/(docs*parts), "B/event")
}

func BenchmarkWordMatch(b *testing.B) {
	w, err := ParseWords("alice@acme.example lyon")
	if err != nil {
		b.Fatal(err)
	}
	m, raw := w.Matcher(), realistic(1)
	for b.Loop() {
		m.Match(raw)
	}
}

// sizeOf is how much of a block is stored, in bytes.
func sizeOf(b *Block) int {
	n := len(b.Times)
	for _, p := range b.Pages {
		n += len(p)
	}
	for _, c := range b.Columns {
		n += len(c)
	}
	return n
}
