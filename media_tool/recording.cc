// SPDX-License-Identifier: AGPL-3.0-or-later

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "media_tool/prepared.h"

namespace kith::media_tool {

namespace {

using Input = std::unique_ptr<AVFormatContext, decltype([](AVFormatContext* c) { avformat_close_input(&c); })>;
using Decoder = std::unique_ptr<AVCodecContext, decltype([](AVCodecContext* c) { avcodec_free_context(&c); })>;
using Packet = std::unique_ptr<AVPacket, decltype([](AVPacket* p) { av_packet_free(&p); })>;
using Frame = std::unique_ptr<AVFrame, decltype([](AVFrame* f) { av_frame_free(&f); })>;
using Scaler = std::unique_ptr<SwsContext, decltype([](SwsContext* c) { sws_freeContext(c); })>;
using Resampler = std::unique_ptr<SwrContext, decltype([](SwrContext* c) { swr_free(&c); })>;

constexpr int kWaveformRate = 8000;
constexpr int kFramesTried = 200;  // packets read for the first picture

// What browsers play.
const std::set<AVCodecID> kVideos = {AV_CODEC_ID_H264, AV_CODEC_ID_VP8, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1};
const std::set<AVCodecID> kSounds = {AV_CODEC_ID_AAC, AV_CODEC_ID_OPUS, AV_CODEC_ID_MP3, AV_CODEC_ID_VORBIS,
                                     AV_CODEC_ID_FLAC};
// Of these what MP4 holds.
const std::set<AVCodecID> kInMp4 = {AV_CODEC_ID_H264, AV_CODEC_ID_VP9,  AV_CODEC_ID_AV1,
                                    AV_CODEC_ID_AAC,  AV_CODEC_ID_OPUS, AV_CODEC_ID_MP3};

AVCodecID codec_of(const AVStream* stream) { return stream == nullptr ? AV_CODEC_ID_NONE : stream->codecpar->codec_id; }

// The first of its kind that is no cover of an album. Null: there is none.
AVStream* stream_of(AVFormatContext* input, AVMediaType type) {
  for (unsigned i = 0; i < input->nb_streams; ++i) {
    AVStream* const stream = input->streams[i];
    if (stream->codecpar->codec_type == type && (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) == 0) return stream;
  }
  return nullptr;
}

uint32_t milliseconds_of(const AVFormatContext* input) {
  return input->duration <= 0 ? 0 : static_cast<uint32_t>(std::min<int64_t>(input->duration / 1000, UINT32_MAX));
}

// Degrees by which it is to be turned, clockwise: 0, 90, 180 or 270.
int turn_of(const AVStream* stream) {
  const uint8_t* const matrix = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr);
  if (matrix == nullptr) return 0;
  const double degrees = -av_display_rotation_get(reinterpret_cast<const int32_t*>(matrix));
  if (std::isnan(degrees)) return 0;
  return ((static_cast<int>(std::lround(degrees / 90)) % 4 + 4) % 4) * 90;
}

Decoder decoder_of(const AVStream* stream) {
  const AVCodec* const codec = avcodec_find_decoder(codec_of(stream));
  if (codec == nullptr) return nullptr;
  Decoder decoder(avcodec_alloc_context3(codec));
  if (!decoder || avcodec_parameters_to_context(decoder.get(), stream->codecpar) < 0) return nullptr;
  decoder->thread_count = 1;
  if (avcodec_open2(decoder.get(), codec, nullptr) < 0) return nullptr;
  return decoder;
}

// Calls `take` with each frame of the stream until it says false, or the end.
template <class Take>
void each_frame(AVFormatContext* input, const AVStream* stream, int packets_max, const Take& take) {
  const Decoder decoder = decoder_of(stream);
  const Packet packet(av_packet_alloc());
  const Frame frame(av_frame_alloc());
  if (!decoder || !packet || !frame) return;
  const auto drain = [&] {
    while (avcodec_receive_frame(decoder.get(), frame.get()) == 0) {
      if (!take(frame.get())) return false;
    }
    return true;
  };
  for (int i = 0; i < packets_max && av_read_frame(input, packet.get()) >= 0; ++i) {
    const bool is_its = packet->stream_index == stream->index;
    if (is_its) (void)avcodec_send_packet(decoder.get(), packet.get());
    av_packet_unref(packet.get());
    if (is_its && !drain()) return;
  }
  (void)avcodec_send_packet(decoder.get(), nullptr);
  (void)drain();
}

std::string turned(const std::string& rgb, int width, int height, int degrees) {
  std::string result(rgb.size(), '\0');
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      int to_x = x;
      int to_y = y;
      if (degrees == 90) std::tie(to_x, to_y) = std::pair(height - 1 - y, x);
      if (degrees == 180) std::tie(to_x, to_y) = std::pair(width - 1 - x, height - 1 - y);
      if (degrees == 270) std::tie(to_x, to_y) = std::pair(y, width - 1 - x);
      const int to_width = degrees % 180 == 0 ? width : height;
      for (int c = 0; c < 3; ++c) {
        result[static_cast<size_t>((to_y * to_width + to_x) * 3 + c)] =
            rgb[static_cast<size_t>((y * width + x) * 3 + c)];
      }
    }
  }
  return result;
}

std::string first_picture(AVFormatContext* input, const AVStream* stream, int degrees) {
  std::string jpeg;
  each_frame(input, stream, kFramesTried, [&](const AVFrame* frame) {
    constexpr int kSide = 320;
    const double scale = std::min(1.0, double{kSide} / std::max(frame->width, frame->height));
    const int width = std::max(1, static_cast<int>(frame->width * scale));
    const int height = std::max(1, static_cast<int>(frame->height * scale));
    const Scaler scaler(sws_getContext(frame->width, frame->height, static_cast<AVPixelFormat>(frame->format), width,
                                       height, AV_PIX_FMT_RGB24, SWS_AREA, nullptr, nullptr, nullptr));
    if (!scaler) return false;
    std::string rgb(static_cast<size_t>(width) * height * 3, '\0');
    uint8_t* rows[] = {reinterpret_cast<uint8_t*>(rgb.data())};
    const int strides[] = {width * 3};
    sws_scale(scaler.get(), frame->data, frame->linesize, 0, frame->height, rows, strides);
    const bool lies = degrees % 180 != 0;
    jpeg = small_picture(turned(rgb, width, height, degrees), lies ? height : width, lies ? width : height);
    return false;
  });
  return jpeg;
}

// 64 bars, the loudest 255; "" when there is no sound.
std::string waveform_of(AVFormatContext* input, const AVStream* stream) {
  std::vector<float> loudness;  // of each tenth of a second
  Resampler resampler;
  std::vector<float> samples;
  double square = 0;
  int count = 0;
  each_frame(input, stream, INT32_MAX, [&](AVFrame* frame) {
    if (!resampler) {
      AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
      SwrContext* made = nullptr;
      if (swr_alloc_set_opts2(&made, &mono, AV_SAMPLE_FMT_FLT, kWaveformRate, &frame->ch_layout,
                              static_cast<AVSampleFormat>(frame->format), frame->sample_rate, 0, nullptr) < 0 ||
          swr_init(made) < 0) {
        swr_free(&made);
        return false;
      }
      resampler.reset(made);
    }
    const int room = swr_get_out_samples(resampler.get(), frame->nb_samples);
    samples.resize(static_cast<size_t>(std::max(room, 1)));
    auto* out = reinterpret_cast<uint8_t*>(samples.data());
    const int got =
        swr_convert(resampler.get(), &out, room, const_cast<const uint8_t**>(frame->extended_data), frame->nb_samples);
    for (int i = 0; i < got; ++i) {
      square += double{samples[static_cast<size_t>(i)]} * samples[static_cast<size_t>(i)];
      if (++count < kWaveformRate / 10) continue;
      loudness.push_back(static_cast<float>(std::sqrt(square / count)));
      square = count = 0;
    }
    return true;
  });
  if (count > 0) loudness.push_back(static_cast<float>(std::sqrt(square / count)));
  if (loudness.empty()) return "";
  const float loudest = std::max(*std::ranges::max_element(loudness), 1e-6F);
  std::string bars(kWaveformBars, '\0');
  for (size_t i = 0; i < kWaveformBars; ++i) {
    const size_t from = i * loudness.size() / kWaveformBars;
    const size_t to = std::max(from + 1, (i + 1) * loudness.size() / kWaveformBars);
    const float loud = *std::max_element(loudness.begin() + static_cast<ptrdiff_t>(from),
                                         loudness.begin() + static_cast<ptrdiff_t>(std::min(to, loudness.size())));
    bars[i] = static_cast<char>(static_cast<uint8_t>(std::lround(255 * loud / loudest)));
  }
  return bars;
}

Input open(const std::string& path) {
  AVFormatContext* context = nullptr;
  // The file protocol alone: a playlist would have others opened, and addresses asked.
  AVDictionary* options = nullptr;
  av_dict_set(&options, "protocol_whitelist", "file", 0);
  const int opened = avformat_open_input(&context, ("file:" + path).c_str(), nullptr, &options);
  av_dict_free(&options);
  if (opened < 0) return nullptr;
  Input input(context);
  const std::string_view form(context->iformat->name);
  for (const std::string_view list : {"hls", "concat", "image2", "tty"}) {
    if (form == list || form.starts_with(list)) return nullptr;
  }
  if (avformat_find_stream_info(context, nullptr) < 0) return nullptr;
  return input;
}

// The streams as they are, in an MP4 that begins with its index, and nothing that was said about them.
bool remux(AVFormatContext* input, const std::vector<AVStream*>& streams, const std::string& target) {
  AVFormatContext* made = nullptr;
  if (avformat_alloc_output_context2(&made, nullptr, "mp4", target.c_str()) < 0) return false;
  const std::unique_ptr<AVFormatContext, decltype([](AVFormatContext* c) {
                          if (c->pb != nullptr) avio_closep(&c->pb);
                          avformat_free_context(c);
                        })>
      output(made);
  output->flags |= AVFMT_FLAG_BITEXACT;
  std::vector<int> places(input->nb_streams, -1);
  for (AVStream* const from : streams) {
    AVStream* const to = avformat_new_stream(output.get(), nullptr);
    if (to == nullptr || avcodec_parameters_copy(to->codecpar, from->codecpar) < 0) return false;
    to->codecpar->codec_tag = 0;
    to->time_base = from->time_base;
    size_t size = 0;
    if (const uint8_t* const matrix = av_stream_get_side_data(from, AV_PKT_DATA_DISPLAYMATRIX, &size)) {
      uint8_t* const copy = av_stream_new_side_data(to, AV_PKT_DATA_DISPLAYMATRIX, size);
      if (copy != nullptr) std::copy_n(matrix, size, copy);
    }
    places[static_cast<size_t>(from->index)] = to->index;
  }
  AVDictionary* options = nullptr;
  av_dict_set(&options, "movflags", "+faststart", 0);
  const bool begun = avio_open(&output->pb, target.c_str(), AVIO_FLAG_WRITE) >= 0 &&
                     avformat_write_header(output.get(), &options) >= 0;
  av_dict_free(&options);
  const Packet packet(av_packet_alloc());
  if (!begun || !packet || av_seek_frame(input, -1, 0, AVSEEK_FLAG_BACKWARD) < 0) return false;
  while (av_read_frame(input, packet.get()) >= 0) {
    const int place = places[static_cast<size_t>(packet->stream_index)];
    if (place >= 0) {
      av_packet_rescale_ts(packet.get(), input->streams[packet->stream_index]->time_base,
                           output->streams[place]->time_base);
      packet->stream_index = place;
      packet->pos = -1;
      if (av_interleaved_write_frame(output.get(), packet.get()) < 0) return false;
    }
    av_packet_unref(packet.get());
  }
  return av_write_trailer(output.get()) >= 0;
}

std::string sound_type(const AVFormatContext* input) {
  const std::string_view form(input->iformat->name);
  if (form.find("mp4") != std::string_view::npos) return "audio/mp4";
  if (form.find("ogg") != std::string_view::npos) return "audio/ogg";
  if (form.find("webm") != std::string_view::npos) return "audio/webm";
  if (form.find("mp3") != std::string_view::npos) return "audio/mpeg";
  if (form.find("flac") != std::string_view::npos) return "audio/flac";
  if (form.find("wav") != std::string_view::npos) return "audio/wav";
  if (form.find("aac") != std::string_view::npos) return "audio/aac";
  return "";
}

}  // namespace

std::optional<Prepared> prepare_recording(const std::string& path, const std::string& target, const Wanted& wanted) {
  av_log_set_level(AV_LOG_QUIET);
  const Input input = open(path);
  if (!input) return std::nullopt;
  AVStream* const video = stream_of(input.get(), AVMEDIA_TYPE_VIDEO);
  AVStream* const sound = stream_of(input.get(), AVMEDIA_TYPE_AUDIO);
  Prepared prepared;
  client_api::Media& about = prepared.about;
  about.set_duration_ms(milliseconds_of(input.get()));
  if (video == nullptr) {
    const std::string type = sound == nullptr ? "" : sound_type(input.get());
    const bool is_played = kSounds.contains(codec_of(sound)) || type == "audio/wav";
    if (type.empty() || !is_played) return std::nullopt;
    about.set_kind(wanted.voice ? client_api::Media::kVoice : client_api::Media::kAudio);
    about.set_mime_type(type);
    if (wanted.voice) about.set_waveform(waveform_of(input.get(), sound));
    return prepared;
  }
  std::vector<AVStream*> streams = {video};
  if (sound != nullptr) streams.push_back(sound);
  const bool fits = kVideos.contains(codec_of(video)) && kInMp4.contains(codec_of(video)) &&
                    (sound == nullptr || kInMp4.contains(codec_of(sound)));
  if (!fits || wanted.voice) return std::nullopt;
  const int degrees = turn_of(video);
  const bool lies = degrees % 180 != 0;
  about.set_kind(client_api::Media::kVideo);
  about.set_mime_type("video/mp4");
  about.set_width(static_cast<uint32_t>(lies ? video->codecpar->height : video->codecpar->width));
  about.set_height(static_cast<uint32_t>(lies ? video->codecpar->width : video->codecpar->height));
  about.set_thumbnail(first_picture(input.get(), video, degrees));
  // What can't be decoded at all is no film.
  if (about.thumbnail().empty() || !remux(input.get(), streams, target)) return std::nullopt;
  prepared.is_written = true;
  return prepared;
}

}  // namespace kith::media_tool
