package main

import (
	"bufio"
	"fmt"
	"os"
	"time"
)

// sample returns an event of the size that Okta's mostly have, about 2.3 kB: the
// i-th of as many as one likes, all different.
func sample(b []byte, i int) []byte {
	person, at := i%5000, time.Unix(1767225600+int64(i/100), int64(i%100)*1e7).UTC()
	b = fmt.Appendf(b, `{"actor":{"id":"00u%017d","type":"User","alternateId":"person%d@acme.example","displayName":"Person Number %d","detailEntry":null},`, person, person, person)
	b = append(b, `"client":{"userAgent":{"rawUserAgent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36","os":"Mac OS X","browser":"CHROME"},"zone":"null","device":"Computer","id":null,`...)
	b = fmt.Appendf(b, `"ipAddress":"203.0.%d.%d","geographicalContext":{"city":"Lyon","state":"Auvergne-Rhone-Alpes","country":"France","postalCode":"69001","geolocation":{"lat":45.76,"lon":4.83}}},"device":null,`, i/250%250, i%250)
	b = fmt.Appendf(b, `"authenticationContext":{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,"interface":null,"authenticationStep":0,"rootSessionId":"idx%020d","externalSessionId":"idx%020d"},`, i, i)
	b = fmt.Appendf(b, `"displayMessage":"User single sign on to app","eventType":"user.authentication.sso","outcome":{"result":"SUCCESS","reason":null},"published":"%s",`, at.Format("2006-01-02T15:04:05.000Z"))
	b = append(b, `"securityContext":{"asNumber":3215,"asOrg":"example carrier","isp":"example carrier","domain":"carrier.example","isProxy":false},"severity":"INFO",`...)
	b = fmt.Appendf(b, `"debugContext":{"debugData":{"initiationType":"DASHBOARD_INITIATED","deviceFingerprint":"%032x","requestId":"%032x","dtHash":"%064x","signOnMode":"SAML_2_0",`, i*7919, i*104729, i*1299709)
	b = fmt.Appendf(b, `"requestUri":"/app/office365/exk%017d/sso/wsfed/active","url":"/app/office365/exk%017d/sso/wsfed/active?client-request-id=%032x","authnRequestId":"%032x"}},`, i%90, i%90, i*15485863, i*179424673)
	// A UUID of version 1, as Okta's are: 100 ns since the year 1582.
	ticks := uint64(at.UnixNano()/100) + 0x01b21dd213814000
	b = fmt.Appendf(b, `"legacyEventType":"app.auth.sso","transaction":{"type":"WEB","id":"%032x","detail":{}},"uuid":"%08x-%04x-1%03x-9c3a-%012x","version":"0",`, i*32452843, uint32(ticks), uint16(ticks>>32), ticks>>48, i) //nolint:gosec // parts of the ticks
	b = append(b, `"request":{"ipChain":[{"ip":"203.0.113.7","geographicalContext":{"city":"Lyon","state":"Auvergne-Rhone-Alpes","country":"France","postalCode":"69001","geolocation":{"lat":45.76,"lon":4.83}},"version":"V4","source":null}]},`...)
	return fmt.Appendf(b, `"target":[{"id":"0oa%017d","type":"AppInstance","alternateId":"Office","displayName":"Office","detailEntry":{"signOnModeType":"SAML_2_0"}},{"id":"0ua%017d","type":"AppUser","alternateId":"person%d@acme.example","displayName":"Person Number %d","detailEntry":null}]}`, i%90, person, person, person)
}

// writeEvents writes n events to a file, one a line.
func writeEvents(file string, n int) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	var line []byte
	for i := range n {
		line = append(sample(line[:0], i), '\n')
		if _, err := w.Write(line); err != nil {
			_ = f.Close()
			return err
		}
	}
	if err := w.Flush(); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
