// SPDX-License-Identifier: Apache-2.0

// Command atlspeer is a party of attested TLS on loopback that is built on
// Go's crypto/tls alone, for tests of runtime/wire.  Its command line and its
// lines are those of regress/wire/atls_peer.c; more options: groups=P384 (the
// only group), pad=BYTES (another extension of the certificate), offer=NAME (an
// ALPN name instead of the nonce's), nocert (client: sends no certificate),
// names=N (server: of authorities), silent (server: asks for no certificate).
package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

var (
	evidenceOID = asn1.ObjectIdentifier{1, 3, 9901, 2, 99}
	padOID      = asn1.ObjectIdentifier{1, 3, 9901, 7, 1}
)

const alpnPrefix = "atls:v1:nonce:"

type options map[string]string

func (o options) has(name string) bool { _, ok := o[name]; return ok }

func (o options) number(name string) int {
	n, _ := strconv.Atoi(o[name])
	return n
}

func reportData(spki, nonce []byte) []byte {
	sum := sha512.Sum512(append(append([]byte{}, spki...), nonce...))
	return sum[:]
}

func newKey(kind string) (crypto.Signer, error) {
	switch kind {
	case "RSA":
		return rsa.GenerateKey(rand.Reader, 4096)
	case "P-384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// newCert makes a certificate whose evidence binds the peer's nonce.
func newCert(nonce []byte, o options) (*tls.Certificate, error) {
	key, err := newKey(o["key"])
	if err != nil {
		return nil, err
	}
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	now := time.Now()
	t := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "Contrast"},
		NotBefore:    now.Add(-2 * time.Hour),
		NotAfter:     now.Add(2 * time.Hour),
	}
	if n := o.number("pad"); n > 0 {
		t.ExtraExtensions = append(t.ExtraExtensions,
			pkix.Extension{Id: padOID, Value: make([]byte, n)})
	}
	if !o.has("bare") {
		doc := reportData(spki, nonce)
		if n := o.number("size"); n > len(doc) {
			doc = append(doc, bytes.Repeat([]byte("x"), n-len(doc))...)
		}
		t.ExtraExtensions = append(t.ExtraExtensions,
			pkix.Extension{Id: evidenceOID, Value: doc})
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// verify judges the peer's certificate against the nonce that we sent.
func verify(raw [][]byte, nonce []byte, o options) error {
	if len(raw) == 0 {
		if o.has("optional") {
			return nil
		}
		return errors.New("no certificate")
	}
	cert, err := x509.ParseCertificate(raw[0])
	if err != nil {
		return err
	}
	if err := cert.CheckSignature(cert.SignatureAlgorithm,
		cert.RawTBSCertificate, cert.Signature); err != nil {
		return err
	}
	if now := time.Now(); now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		return errors.New("certificate is not valid now")
	}
	if o.has("any") {
		return nil
	}
	if o.has("refuse") {
		return errors.New("told to refuse")
	}
	want := reportData(cert.RawSubjectPublicKeyInfo, nonce)
	for _, e := range cert.Extensions {
		if e.Id.Equal(evidenceOID) && bytes.HasPrefix(e.Value, want) {
			return nil
		}
	}
	return errors.New("no evidence for this nonce")
}

// nonceOfHello reads both dialects.
func nonceOfHello(hello *tls.ClientHelloInfo) ([]byte, error) {
	for _, p := range hello.SupportedProtos {
		if strings.HasPrefix(p, "atls") {
			return hex.DecodeString(strings.TrimPrefix(p, alpnPrefix))
		}
	}
	return base64.StdEncoding.DecodeString(hello.ServerName)
}

func nonceName(nonce []byte) []byte {
	name := pkix.Name{CommonName: base64.StdEncoding.EncodeToString(nonce)}
	der, err := asn1.Marshal(name.ToRDNSequence())
	if err != nil {
		panic(err)
	}
	return der
}

func nonceOfNames(names [][]byte) ([]byte, error) {
	var seq pkix.RDNSequence
	var name pkix.Name
	if len(names) != 1 {
		return nil, fmt.Errorf("unexpected acceptableCAs length %d", len(names))
	}
	if _, err := asn1.Unmarshal(names[0], &seq); err != nil {
		return nil, err
	}
	name.FillFromRDNSequence(&seq)
	return base64.StdEncoding.DecodeString(name.CommonName)
}

type rawNames [][]byte

// pool makes Go send exactly these names.
func (names rawNames) pool() *x509.CertPool {
	p := x509.NewCertPool()
	for _, n := range names {
		p.AddCert(&x509.Certificate{Raw: n, RawSubject: n})
	}
	return p
}

func base(o options) *tls.Config {
	c := &tls.Config{
		MinVersion:             tls.VersionTLS12,
		SessionTicketsDisabled: true,
	}
	if o["tls"] == "1.2" {
		c.MaxVersion = tls.VersionTLS12
	}
	if o["groups"] == "P384" {
		c.CurvePreferences = []tls.CurveID{tls.CurveP384}
	}
	return c
}

func serverConfig(o options) *tls.Config {
	return &tls.Config{
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			theirs, err := nonceOfHello(hello)
			if err != nil {
				return nil, err
			}
			ours := make([]byte, 32)
			if _, err := rand.Read(ours); err != nil {
				return nil, err
			}
			cert, err := newCert(theirs, o)
			if err != nil {
				return nil, err
			}
			names := rawNames{nonceName(ours)}
			for i := 1; i < o.number("names"); i++ {
				names = append(names, nonceName(theirs))
			}
			c := base(o)
			c.Certificates = []tls.Certificate{*cert}
			c.NextProtos = []string{"h2"}
			c.ClientAuth = tls.RequireAnyClientCert
			if o.has("optional") {
				c.ClientAuth = tls.RequestClientCert
			}
			if o.has("silent") {
				c.ClientAuth = tls.NoClientCert
			}
			c.ClientCAs = names.pool()
			c.VerifyPeerCertificate = func(raw [][]byte, _ [][]*x509.Certificate) error {
				return verify(raw, ours, o)
			}
			return c, nil
		},
	}
}

func clientConfig(o options) *tls.Config {
	ours := make([]byte, 32)
	if _, err := rand.Read(ours); err != nil {
		panic(err)
	}
	c := base(o)
	c.InsecureSkipVerify = true
	c.ServerName = "localhost"
	c.NextProtos = []string{alpnPrefix + hex.EncodeToString(ours), "h2"}
	if d := o["dialect"]; d == "sni" || d == "both" {
		c.ServerName = base64.StdEncoding.EncodeToString(ours)
	}
	if o["dialect"] == "sni" {
		c.NextProtos = []string{"h2"}
	}
	if o.has("offer") {
		c.NextProtos = []string{o["offer"], "h2"}
	}
	c.VerifyPeerCertificate = func(raw [][]byte, _ [][]*x509.Certificate) error {
		return verify(raw, ours, o)
	}
	c.GetClientCertificate = func(info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		nonce, err := nonceOfNames(info.AcceptableCAs)
		if err != nil {
			return nil, err
		}
		if o.has("nocert") {
			return &tls.Certificate{}, nil
		}
		return newCert(nonce, o)
	}
	return c
}

func expect(c net.Conn, want string) error {
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil {
		return err
	}
	if string(got) != want {
		return fmt.Errorf("got %q", got)
	}
	return nil
}

func converse(c *tls.Conn, server bool) error {
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if err := c.Handshake(); err != nil {
		return err
	}
	if c.ConnectionState().NegotiatedProtocol != "h2" {
		return errors.New("not h2")
	}
	if server {
		if err := expect(c, "ping\n"); err != nil {
			return err
		}
		_, err := io.WriteString(c, "pong\n")
		return err
	}
	if _, err := io.WriteString(c, "ping\n"); err != nil {
		return err
	}
	return expect(c, "pong\n")
}

func one(c *tls.Conn, server bool) error {
	defer c.Close()
	err := converse(c, server)
	if err != nil {
		fmt.Println("error", err)
		return err
	}
	v := map[uint16]string{tls.VersionTLS12: "TLSv1.2", tls.VersionTLS13: "TLSv1.3"}
	fmt.Println("ok", v[c.ConnectionState().Version])
	return nil
}

func serve(n int, o options) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	fmt.Println(l.Addr().(*net.TCPAddr).Port)
	for i := 0; i < n; i++ {
		c, e := l.Accept()
		if e != nil {
			return e
		}
		if e := one(tls.Server(c, serverConfig(o)), true); e != nil {
			err = e
		}
	}
	return err
}

func dial(port int, o options) error {
	c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return one(tls.Client(c, clientConfig(o)), false)
}

func main() {
	if len(os.Args) < 3 {
		os.Exit(2)
	}
	o := options{}
	for _, arg := range os.Args[3:] {
		name, value, _ := strings.Cut(arg, "=")
		o[name] = value
	}
	n, _ := strconv.Atoi(os.Args[2])
	err := serveOrDial(os.Args[1], n, o)
	if err != nil {
		os.Exit(1)
	}
}

func serveOrDial(verb string, n int, o options) error {
	if verb == "serve" {
		return serve(n, o)
	}
	return dial(n, o)
}
