package pipeline_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/pipeline"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// sample returns an event of the size that Okta's mostly have, about 2.3 kB.
func sample(i int) []byte {
	return fmt.Appendf(nil, `{"actor":{"id":"00u%017d","type":"User","alternateId":"person%d@acme.example","displayName":"Person Number %d","detailEntry":null},"client":{"userAgent":{"rawUserAgent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36","os":"Mac OS X","browser":"CHROME"},"zone":"null","device":"Computer","id":null,"ipAddress":"203.0.%d.%d","geographicalContext":{"city":"Lyon","state":"Auvergne-Rhone-Alpes","country":"France","postalCode":"69001","geolocation":{"lat":45.76,"lon":4.83}}},"device":null,"authenticationContext":{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,"interface":null,"authenticationStep":0,"rootSessionId":"idx%020d","externalSessionId":"idx%020d"},"displayMessage":"User single sign on to app","eventType":"user.authentication.sso","outcome":{"result":"SUCCESS","reason":null},"published":"%s","securityContext":{"asNumber":3215,"asOrg":"example carrier","isp":"example carrier","domain":"carrier.example","isProxy":false},"severity":"INFO","debugContext":{"debugData":{"initiationType":"DASHBOARD_INITIATED","deviceFingerprint":"%032x","requestId":"%032x","dtHash":"%064x","signOnMode":"SAML_2_0","requestUri":"/app/office365/exk%017d/sso/wsfed/active","url":"/app/office365/exk%017d/sso/wsfed/active?client-request-id=%032x","authnRequestId":"%032x"}},"legacyEventType":"app.auth.sso","transaction":{"type":"WEB","id":"%032x","detail":{}},"uuid":"%08x-%04x-11f0-9c3a-%012x","version":"0","request":{"ipChain":[{"ip":"203.0.113.7","geographicalContext":{"city":"Lyon","state":"Auvergne-Rhone-Alpes","country":"France","postalCode":"69001","geolocation":{"lat":45.76,"lon":4.83}},"version":"V4","source":null}]},"target":[{"id":"0oa%017d","type":"AppInstance","alternateId":"Office","displayName":"Office","detailEntry":{"signOnModeType":"SAML_2_0"}},{"id":"0ua%017d","type":"AppUser","alternateId":"person%d@acme.example","displayName":"Person Number %d","detailEntry":null}]}`,
		i%5000, i%5000, i%5000, i/250%250, i%250, i, i, time.Unix(1767225600+int64(i/100), 0).UTC().Format("2006-01-02T15:04:05.000Z"),
		i*7919, i*104729, i*1299709, i%90, i%90, i*15485863, i*179424673, i*32452843, uint32(i)*2654435761, i%65536, i, i%90, i%5000, i%5000, i%5000)
}

// BenchmarkAccept is the whole way of an event from its bytes to the commit, in
// batches as an import makes them.
func BenchmarkAccept(b *testing.B) {
	for _, kind := range []string{"sqlite", "postgres"} {
		for _, size := range []int{500, 2000} {
			b.Run(fmt.Sprintf("%s/%d", kind, size), func(b *testing.B) { benchmarkAccept(b, kind, size) })
		}
	}
}

func benchmarkAccept(b *testing.B, kind string, size int) {
	dsn := storetest.SQLite(b)
	if kind == "postgres" {
		dsn = storetest.Postgres(b)
	}
	db, err := store.Open(b.Context(), store.Options{DSN: dsn})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	p := pipeline.Pipeline[*store.Batch]{Store: db.Sources, Library: &flow.Library{Shelf: db.Flows}, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	parser := event.NewParser()
	n, bytes := 0, 0
	for b.Loop() {
		batch := source.Batch{Org: "org", Source: "src", Via: source.ViaFile}
		for range size {
			raw := sample(n)
			bytes += len(raw)
			e, err := parser.Parse(raw)
			if err != nil {
				b.Fatal(err)
			}
			batch.Events = append(batch.Events, e)
			n++
		}
		got, err := p.Accept(b.Context(), batch)
		if err != nil || got.New != size {
			b.Fatal(got, err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(bytes)/float64(n), "bytes/event")
}
