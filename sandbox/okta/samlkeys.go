package okta

import (
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"net/http"
	"strconv"
)

func samlKeyRoutes() []route {
	const base = "/api/v1/apps/{id}/credentials/keys"
	return []route{
		get(base, areaApps, listSAMLKeys),
		post(base+"/generate", areaApps, generateSAMLKey),
		get(base+"/{key}", areaApps, getSAMLKey),
		post(base+"/{key}/clone", areaApps, cloneSAMLKey),
		get("/api/v1/apps/{id}/sso/saml/metadata", areaApps, previewMetadata),
		{method: http.MethodGet, path: "/app/{exk}/sso/saml/metadata", handle: publicMetadata},
	}
}

// findSAMLApp returns the app that the path names, if people sign in to it with SAML.
func findSAMLApp(c *call) (*app, error) {
	a, err := findApp(c)
	if err != nil {
		return nil, err
	}
	if !a.usesSAML() {
		return nil, notFound(c.arg(0), "AppInstance")
	}
	return a, nil
}

// viewSAMLKey is the JSON of a signing key: its public half and certificate.
func viewSAMLKey(k *samlKey) (map[string]any, error) {
	made, err := k.material()
	if err != nil {
		return nil, err
	}
	public, sum := made.Signer.PublicKey, sha256.Sum256(made.Certificate.Raw)
	return map[string]any{
		"kty": "RSA", "created": at(k.created), "lastUpdated": at(k.created), "expiresAt": at(k.expires), "kid": k.kid, "use": "sig",
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()), "n": base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
		"x5c": []string{base64.StdEncoding.EncodeToString(made.Certificate.Raw)}, "x5t#S256": base64.RawURLEncoding.EncodeToString(sum[:]),
	}, nil
}

func listSAMLKeys(c *call) (answer, error) {
	a, err := findSAMLApp(c)
	if err != nil {
		return answer{}, err
	}
	out := []any{}
	for _, k := range a.signing {
		v, err := viewSAMLKey(k)
		if err != nil {
			return answer{}, err
		}
		out = append(out, v)
	}
	return ok(out)
}

// findSAMLKey returns the app and the key that the path names.
func findSAMLKey(c *call) (*app, *samlKey, error) {
	a, err := findSAMLApp(c)
	if err != nil {
		return nil, nil, err
	}
	k, known := a.samlKey(c.arg(1))
	if !known {
		return nil, nil, notFound(c.arg(1), "JsonWebKey")
	}
	return a, k, nil
}

func getSAMLKey(c *call) (answer, error) {
	_, k, err := findSAMLKey(c)
	if err != nil {
		return answer{}, err
	}
	v, err := viewSAMLKey(k)
	if err != nil {
		return answer{}, err
	}
	return ok(v)
}

// maxSAMLKeys is how many signing keys an app can have here.
const maxSAMLKeys = 20

func generateSAMLKey(c *call) (answer, error) {
	a, err := findSAMLApp(c)
	if err != nil {
		return answer{}, err
	}
	years, err := strconv.Atoi(c.param("validityYears"))
	switch {
	case err != nil || years < 2 || years > 10:
		return answer{}, invalidField("validityYears", "Validity years out of range. It should be between 2 - 10 years")
	case len(a.signing) >= maxSAMLKeys:
		return answer{}, invalid("generateKey", "You've reached the maximum number of keys per app.")
	}
	k := newSAMLKey(c.Org, a, c.now(), years)
	c.emit("app.keys.generate", fact{targets: targets(a), debug: map[string]any{"kid": k.kid, "expirationYears": strconv.Itoa(years)}})
	v, err := viewSAMLKey(k)
	if err != nil {
		return answer{}, err
	}
	return created(v)
}

// cloneSAMLKey gives a key of one app to another.
func cloneSAMLKey(c *call) (answer, error) {
	a, k, err := findSAMLKey(c)
	if err != nil {
		return answer{}, err
	}
	to, found := c.apps.all.get(c.param("targetAid"))
	if !found || !to.usesSAML() {
		return answer{}, notFound(c.param("targetAid"), "AppInstance")
	}
	if _, has := to.samlKey(k.kid); has {
		return answer{}, invalid("cloneKey", "Key already exists in the list of key credentials for the target app.")
	}
	to.signing = append(to.signing, k)
	c.emit("app.keys.clone", fact{targets: targets(to), debug: map[string]any{
		"kid": k.kid, "sourceAppInstanceId": a.id, "sourceAppInstanceName": a.label, "targetAppInstanceId": to.id, "targetAppInstanceName": to.label,
	}})
	v, err := viewSAMLKey(k)
	if err != nil {
		return answer{}, err
	}
	return created(v)
}

// xmlAnswer is a 200 with metadata.
func xmlAnswer(b []byte, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: b, header: http.Header{"Content-Type": {"text/xml;charset=utf-8"}}}, nil
}

// previewMetadata answers the metadata of one key.
func previewMetadata(c *call) (answer, error) {
	a, err := findSAMLApp(c)
	if err != nil {
		return answer{}, err
	}
	if kid := c.param("kid"); kid != "" {
		k, known := a.samlKey(kid)
		if !known {
			return answer{}, notFound(kid, "JsonWebKey")
		}
		return xmlAnswer(a.metadata(c.base, []*samlKey{k}))
	}
	return xmlAnswer(a.metadata(c.base, a.knownKeys()))
}

// findIdentityProvider returns the app whose identity provider has an id.
func findIdentityProvider(c *call, exk string) (*app, bool) {
	if len(exk) < 3 || exk[:3] != "exk" {
		return nil, false
	}
	a, ok := c.apps.all.get("0oa" + exk[3:])
	return a, ok && a.usesSAML()
}

// publicMetadata answers the metadata of an app with all of its keys.
func publicMetadata(c *call) (answer, error) {
	a, known := findIdentityProvider(c, c.arg(0))
	if !known || a.status != "ACTIVE" {
		return answer{}, errPath()
	}
	return xmlAnswer(a.metadata(c.base, a.knownKeys()))
}
