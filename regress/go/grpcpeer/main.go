// SPDX-License-Identifier: Apache-2.0

// Grpcpeer is gRPC's Go implementation against ours; see regress/wire/grpcio.py.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

const size = 32 << 20

// codec writes messages with field 1 alone.
type codec struct{}

func (codec) Name() string { return "proto" }

func (codec) Marshal(v any) ([]byte, error) {
	data := *v.(*[]byte)
	return append(binary.AppendUvarint([]byte{0x0a}, uint64(len(data))), data...), nil
}

func (codec) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = nil
	if len(data) == 0 {
		return nil
	}
	n, k := binary.Uvarint(data[1:])
	if data[0] != 0x0a || k <= 0 || uint64(len(data)-1-k) != n {
		return errors.New("not one field")
	}
	*v.(*[]byte) = bytes.Clone(data[1+k:])
	return nil
}

var failed bool

func check(name string, ok bool) {
	word := "ok"
	if !ok {
		word, failed = "FAIL", true
	}
	fmt.Println(word, name)
}

func call(conn *grpc.ClientConn, path string, data []byte, wait time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	var out []byte
	err := conn.Invoke(ctx, path, &data, &out)
	return out, err
}

func many(conn *grpc.ClientConn, n int) bool {
	var good atomic.Int64
	var wg sync.WaitGroup
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			want := []byte(strconv.Itoa(i))
			out, err := call(conn, "/t.T/Echo", want, time.Minute)
			if err == nil && bytes.Equal(out, want) {
				good.Add(1)
			}
		}()
	}
	wg.Wait()
	return good.Load() == int64(n)
}

func client(port string, secure bool) {
	creds := insecure.NewCredentials()
	if secure {
		creds = credentials.NewTLS(&tls.Config{InsecureSkipVerify: true})
	}
	conn, err := grpc.NewClient("127.0.0.1:"+port, grpc.WithTransportCredentials(creds),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(codec{}),
			grpc.MaxCallRecvMsgSize(1<<30), grpc.MaxCallSendMsgSize(1<<30)))
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	out, err := call(conn, "/t.T/Echo", []byte("abc"), time.Minute)
	check("echo", err == nil && string(out) == "abc")
	big := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	out, err = call(conn, "/t.T/Echo", big, time.Minute)
	check("32 MiB", err == nil && bytes.Equal(out, big))
	_, err = call(conn, "/t.T/Fail", nil, time.Minute)
	check("status", status.Code(err) == codes.FailedPrecondition &&
		status.Convert(err).Message() == "100% ä\nnot so")
	_, err = call(conn, "/t.T/None", nil, time.Minute)
	check("unknown method", status.Code(err) == codes.Unimplemented)
	_, err = call(conn, "/t.T/Wait", []byte("9000"), 500*time.Millisecond)
	check("deadline", status.Code(err) == codes.DeadlineExceeded)
	_, err = call(conn, "/t.T/Echo", make([]byte, 65<<20), time.Minute)
	check("too large", status.Code(err) == codes.ResourceExhausted)
	check("2000 calls", many(conn, 2000))
}

func method(name string, handle func([]byte) ([]byte, error)) grpc.MethodDesc {
	return grpc.MethodDesc{MethodName: name, Handler: func(_ any, _ context.Context,
		decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		var in []byte
		if err := decode(&in); err != nil {
			return nil, err
		}
		out, err := handle(in)
		return &out, err
	}}
}

func wait(in []byte) ([]byte, error) {
	ms, err := strconv.Atoi(string(in))
	time.Sleep(time.Duration(ms) * time.Millisecond)
	return in, err
}

func serve() {
	server := grpc.NewServer(grpc.ForceServerCodec(codec{}), grpc.MaxRecvMsgSize(1<<30))
	server.RegisterService(&grpc.ServiceDesc{ServiceName: "t.T", HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{
			method("Echo", func(in []byte) ([]byte, error) { return in, nil }),
			method("Make", func(in []byte) ([]byte, error) {
				n, err := strconv.Atoi(string(in))
				return make([]byte, n), err
			}),
			method("Fail", func([]byte) ([]byte, error) {
				return nil, status.Error(codes.FailedPrecondition, "100% ä not so")
			}),
			method("Crash", func([]byte) ([]byte, error) {
				return nil, errors.New("Exception calling application: crash")
			}),
			method("Wait", wait),
		}}, struct{}{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go server.Serve(listener)
	bufio.NewReader(os.Stdin).ReadString('\n')
	server.GracefulStop()
}

func main() {
	if os.Args[1] == "server" {
		serve()
		return
	}
	client(os.Args[2], len(os.Args) > 3)
	if failed {
		os.Exit(1)
	}
}
