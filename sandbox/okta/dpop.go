package okta

import (
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// proofLife is how old a DPoP proof may be.
const proofLife = 5 * time.Minute

// proofUse is what a DPoP proof must be made for (RFC 9449 section 4.3).
type proofUse struct {
	url   string
	nonce string // that the token endpoint asks for, empty elsewhere
	token string // the access token at a resource, empty at the token endpoint
}

func badProof(description string) *oauthError {
	return &oauthError{http.StatusBadRequest, "invalid_dpop_proof", description, nil}
}

// proofClaims are the claims of a DPoP proof.
type proofClaims struct {
	ID     string  `json:"jti"`
	Method string  `json:"htm"`
	URL    string  `json:"htu"`
	Issued float64 `json:"iat"`
	Nonce  string  `json:"nonce"`
	Hash   string  `json:"ath"`
}

// checkProof validates the DPoP proof of a request and returns the thumbprint
// of its key.
func checkProof(c *call, use proofUse) (string, *oauthError) {
	headers := c.r.Header.Values("Dpop")
	switch {
	case len(headers) == 0 || headers[0] == "":
		return "", badProof("The DPoP proof JWT header is missing.")
	case len(headers) > 1:
		return "", badProof("Multiple DPoP proof JWT headers are not allowed.")
	}
	proof, err := jose.ParseSignedCompact(headers[0], assertionAlgorithms())
	if err != nil || len(proof.Signatures) != 1 {
		return "", badProof("The DPoP proof JWT cannot be parsed.")
	}
	head := proof.Signatures[0].Protected
	if typ, _ := head.ExtraHeaders[jose.HeaderType].(string); typ != "dpop+jwt" {
		return "", badProof("'typ' must be 'dpop+jwt' in the DPoP proof JWT.")
	}
	if head.JSONWebKey == nil || !head.JSONWebKey.IsPublic() {
		return "", badProof("The DPoP proof JWT cannot be parsed.")
	}
	payload, err := proof.Verify(head.JSONWebKey)
	if err != nil {
		return "", badProof("The DPoP proof JWT signature is invalid.")
	}
	var claims proofClaims
	if err := json.Unmarshal(payload, &claims); err != nil {
		return "", badProof("The DPoP proof JWT cannot be parsed.")
	}
	if fail := checkClaims(c, claims, use); fail != nil {
		return "", fail
	}
	thumb, err := head.JSONWebKey.Thumbprint(crypto.SHA256)
	if err != nil {
		return "", badProof("The DPoP proof JWT is invalid.")
	}
	return base64.RawURLEncoding.EncodeToString(thumb), nil
}

func checkClaims(c *call, claims proofClaims, use proofUse) *oauthError {
	now, issued := c.now(), time.Unix(int64(claims.Issued), 0)
	url, _, _ := strings.Cut(strings.SplitN(claims.URL, "?", 2)[0], "#")
	switch {
	case claims.Method != c.r.Method:
		return badProof("'htm' claim in the DPoP proof JWT is invalid.")
	case url != use.url:
		return badProof("'htu' claim in the DPoP proof JWT is invalid.")
	case claims.Issued == 0:
		return badProof("'iat' claim in the DPoP proof JWT is invalid.")
	case issued.After(now.Add(time.Minute)):
		return badProof("The DPoP proof JWT is issued in the future.")
	case now.Sub(issued) > proofLife:
		return badProof("The DPoP proof JWT is issued more than five minutes in the past.")
	case claims.ID == "":
		return badProof("'jti' claim in the DPoP proof JWT is invalid.")
	case use.nonce != "" && claims.Nonce != use.nonce:
		return &oauthError{
			http.StatusBadRequest, "use_dpop_nonce", "Authorization server requires nonce in DPoP proof.", http.Header{"Dpop-Nonce": {use.nonce}},
		}
	}
	if use.token != "" {
		sum := sha256.Sum256([]byte(use.token))
		if claims.Hash != base64.RawURLEncoding.EncodeToString(sum[:]) {
			return badProof("'ath' claim in the DPoP proof does not match the presented access_token.")
		}
	}
	if !c.access.once("proof "+claims.ID, now, issued.Add(2*proofLife)) {
		return badProof("The DPoP proof JWT has already been used.")
	}
	return nil
}
